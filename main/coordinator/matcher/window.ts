/** Several jobs and several machines that meet at once: who gets whom, so that all together cost little. Pure. */

/** Costs of every pair, by row: job × machine; Infinity where the two do not go together. */
export interface Costs {
  readonly jobs: number
  readonly nodes: number
  readonly of: Float64Array
}

/** So often each job may bid, on average. */
const MOST_BIDS = 10
/** A bid outdoes the one before by this share of what a pair costs on average: less takes longer and comes closer to the optimum. */
const RAISE = 0.05
const MOST_ROUNDS = 4
/** What it costs to leave a job without a machine: more than all pairs together, so that none is left for the sake of a cheaper one. */
const LEFT = 1e12

/** With one machine more, that nobody lacks and everybody avoids: having it is having none. */
interface Matching {
  readonly jobs: number
  /** Also the number of the machine that is none. */
  readonly nodes: number
  readonly width: number
  readonly cost: Float64Array
  /** By job: its machine. */
  readonly nodeOf: Int32Array
  /** By machine: its job, -1 if it is free. */
  readonly jobOf: Int32Array
}

const FREE = -1

function createMatching({ jobs, nodes, of }: Costs): Matching {
  const width = nodes + 1
  const cost = new Float64Array(jobs * width).fill(LEFT)
  for (let job = 0; job < jobs; job++) for (let node = 0; node < nodes; node++) cost[job * width + node] = Math.min(LEFT, of[job * nodes + node] as number)
  return { jobs, nodes, width, cost, nodeOf: new Int32Array(jobs).fill(nodes), jobOf: new Int32Array(width).fill(FREE) }
}

const costOf = ({ cost, width }: Matching, job: number, node: number): number => cost[job * width + node] as number
const isLeft = ({ nodeOf, nodes }: Matching, job: number): boolean => nodeOf[job] === nodes

/** The machine that the job had is free from now on; whoever had the new one has none. */
function move({ nodeOf, jobOf, nodes }: Matching, job: number, node: number): void {
  const [before, outdone] = [nodeOf[job] as number, node === nodes ? FREE : (jobOf[node] as number)]
  if (before !== nodes && jobOf[before] === job) jobOf[before] = FREE
  if (outdone !== FREE) nodeOf[outdone] = nodes
  nodeOf[job] = node
  if (node !== nodes) jobOf[node] = job
}

/** How many machines each job could have. */
const choices = (matching: Matching): Int32Array =>
  Int32Array.from({ length: matching.jobs }, (_, job) => {
    let count = 0
    for (let node = 0; node < matching.nodes; node++) if (costOf(matching, job, node) < LEFT) count += 1
    return count
  })

/** The cheapest machine for a job at these prices, and by how much it is cheaper than the next one. */
function wish({ cost, width, nodes }: Matching, prices: Float64Array, job: number): { readonly node: number; readonly gain: number } {
  let [node, least, second] = [nodes, LEFT, LEFT]
  const row = job * width
  for (let each = 0; each < nodes; each++) {
    const price = (cost[row + each] as number) + (prices[each] as number)
    if (price >= second) continue
    if (price < least) [second, least, node] = [least, price, each]
    else second = price
  }
  return { node, gain: second - least }
}

function meanCost({ cost }: Matching): number {
  let [sum, count] = [0, 0]
  for (const each of cost) {
    if (each >= LEFT) continue
    sum += each
    count += 1
  }
  return count === 0 ? 0 : sum / count
}

/**
 * An auction (Bertsekas 1979), cut short: each job bids for the machine that is cheapest for it at the prices so far and outbids whoever has it, who bids
 * again. Yields after each bid.
 */
function* bid(matching: Matching, jobs: readonly number[]): Generator<undefined, void> {
  const prices = new Float64Array(matching.nodes)
  const raise = RAISE * meanCost(matching)
  const bidding = [...jobs]
  for (let bids = 0; bids < bidding.length && bids < MOST_BIDS * jobs.length; bids++) {
    const job = bidding[bids] as number
    const { node, gain } = wish(matching, prices, job)
    if (node === matching.nodes) continue
    const outbid = matching.jobOf[node] as number
    if (outbid !== FREE) bidding.push(outbid)
    move(matching, job, node)
    prices[node] = (prices[node] as number) + gain + raise
    yield
  }
}

/**
 * Finds a job that was left a machine all the same, where others can do with another one: an augmenting path (Kuhn 1955). Yields after each job that
 * was asked.
 */
function* makeRoom(matching: Matching, job: number): Generator<undefined, void> {
  const askedBy = new Int32Array(matching.nodes).fill(FREE)
  const asking = [job]
  for (const one of asking) {
    for (let node = 0; node < matching.nodes; node++) {
      if (askedBy[node] !== FREE || costOf(matching, one, node) === LEFT) continue
      askedBy[node] = one
      if (matching.jobOf[node] === FREE) return passOn(matching, askedBy, node)
      asking.push(matching.jobOf[node] as number)
    }
    yield
  }
}

/** Everyone on the path takes the machine that it asked for, from the free one back to the job that had none. */
function passOn(matching: Matching, askedBy: Int32Array, free: number): void {
  for (let node = free; node !== matching.nodes; ) {
    const job = askedBy[node] as number
    const before = matching.nodeOf[job] as number
    move(matching, job, node)
    node = before
  }
}

const isCheaper = (a: number, b: number): boolean => a < b - 1e-9

/** A free machine that suits a job better. */
function better(matching: Matching, job: number): number {
  let [best, least] = [matching.nodes, costOf(matching, job, matching.nodeOf[job] as number)]
  for (let node = 0; node < matching.nodes; node++) {
    const cost = costOf(matching, job, node)
    if (isCheaper(cost, least) && matching.jobOf[node] === FREE) [best, least] = [node, cost]
  }
  return best
}

/** Two jobs change their machines; one may have none, and one that cannot use the other's has none after. */
function exchange(matching: Matching, job: number, other: number): void {
  const { nodes, nodeOf } = matching
  const [mine, theirs] = [nodeOf[job] as number, nodeOf[other] as number]
  move(matching, job, nodes)
  move(matching, other, nodes)
  if (costOf(matching, job, theirs) < LEFT) move(matching, job, theirs)
  if (costOf(matching, other, mine) < LEFT) move(matching, other, mine)
}

/** One look at a job: a free machine that suits it better, then every other job's. */
function improve(matching: Matching, job: number): boolean {
  const { cost, width, nodeOf, jobs, nodes } = matching
  const free = better(matching, job)
  let isAny = free !== nodes
  if (isAny) move(matching, job, free)
  const row = job * width
  let mine = nodeOf[job] as number
  for (let other = job + 1; other < jobs; other++) {
    const theirs = nodeOf[other] as number
    const at = other * width
    const then = (cost[row + theirs] as number) + (cost[at + mine] as number)
    if (mine === theirs || !isCheaper(then, (cost[row + mine] as number) + (cost[at + theirs] as number))) continue
    exchange(matching, job, other)
    mine = nodeOf[job] as number
    isAny = true
  }
  return isAny
}

/**
 * The jobs bid for machines, the one with the fewest to choose from first; for one that is left, others make room; then jobs change to a free machine or
 * with each other as long as that makes it cheaper. As many jobs as can be have a machine. Yields after each piece of work, for everything else to have
 * its turn; returns the machine of each job, -1 without one.
 */
export function* assign(costs: Costs): Generator<undefined, Int32Array> {
  const matching = createMatching(costs)
  const count = choices(matching)
  const scarcestFirst = Array.from(count.keys()).toSorted((a, b) => (count[a] as number) - (count[b] as number) || a - b)
  yield* bid(matching, scarcestFirst)
  for (const job of scarcestFirst) if (isLeft(matching, job) && (count[job] as number) > 0) yield* makeRoom(matching, job)
  for (let [round, isAny] = [0, true]; isAny && round < MOST_ROUNDS; round++) {
    isAny = false
    for (let job = 0; job < costs.jobs; job++) {
      if (improve(matching, job)) isAny = true
      yield
    }
  }
  return matching.nodeOf.map((node) => (node === costs.nodes ? -1 : node))
}
