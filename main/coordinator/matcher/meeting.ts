/** Jobs whose window has come and that their own machine cannot take meet machines of their zone that have something free. Pure. */
import type { PlaceKind } from '../../../shared/domain/places.ts'
import type { Demand, Hardware } from './demand.ts'
import { type Matcher, createMatcher } from './matcher.ts'
import { type Costs, assign } from './window.ts'

/** Times are epoch milliseconds. */
export interface MeetingJob {
  readonly jobId: string
  readonly demand: Demand
  readonly places: number
  /** When its run would be over. */
  readonly until: number
  /** Machines that are not asked again for a while. */
  readonly avoids: readonly string[]
  /** Small enough for a machine that has still to show that it works. */
  readonly isTrial: boolean
}

export interface MeetingNode {
  readonly nodeId: string
  readonly zone: string
  /** What it has free now. */
  readonly hardware: Hardware
  /** What of that is planned for others, and from when on. */
  readonly promised: readonly { readonly kind: PlaceKind; readonly places: number; readonly from: number }[]
  readonly onProbation: boolean
}

export interface Meeting {
  /** The most urgent first. */
  readonly jobs: readonly MeetingJob[]
  readonly nodes: readonly MeetingNode[]
}

/** Machines that are alike to a job, and what they score for it; lower is better. */
export interface AlikeNodes {
  readonly hardware: Hardware
  readonly nodes: number
  readonly score: number
}

export interface Pair {
  readonly jobId: string
  readonly nodeId: string
  readonly hardware: Hardware
  /** Everything it could have had, the best first. */
  readonly alternatives: readonly AlikeNodes[]
}

/** So many of each side meet at once; the others meet in the next window. */
const MOST_AT_ONCE = 400
/** A job goes first by this, seconds: more than any two machines can differ. */
const RANK = 1_000
const MOST_ALTERNATIVES = 9

const kindOf = ({ gpus }: Demand): PlaceKind => (gpus > 0 ? 'gpu' : 'processor')

function isFreeFor({ places, until, demand }: MeetingJob, { hardware, promised }: MeetingNode): boolean {
  const kind = kindOf(demand)
  const free = kind === 'gpu' ? hardware.vramBytes.filter((bytes) => bytes >= demand.vramBytes).length : Number(hardware.hasProcessor)
  const later = promised.reduce((sum, promise) => (promise.kind === kind && promise.from < until ? sum + promise.places : sum), 0)
  return places + later <= free
}

/** What only one job and one machine know of each other. */
const goTogether = (job: MeetingJob, node: MeetingNode): boolean =>
  !job.avoids.includes(node.nodeId) && (!node.onProbation || job.isTrial) && isFreeFor(job, node)

interface Sides {
  readonly matcher: Matcher
  readonly jobs: readonly MeetingJob[]
  readonly nodes: readonly MeetingNode[]
}

function* admit({ jobs: all, nodes: known }: Meeting): Generator<undefined, Sides> {
  const matcher = createMatcher()
  const nodes = known.slice(0, MOST_AT_ONCE)
  const zones = new Set(nodes.map(({ zone }) => zone))
  // Where a job runs is planned already: what remains to be told apart are machines.
  for (const zone of zones) matcher.setZone(zone, { gPerKWh: 0, minorPerKWh: 0 })
  for (const { nodeId, ...machine } of nodes) {
    matcher.addNode(nodeId, machine)
    yield
  }
  const jobs: MeetingJob[] = []
  for (const job of all) {
    if (jobs.length >= MOST_AT_ONCE) break
    if (matcher.add({ jobId: job.jobId, demand: job.demand, key: RANK * jobs.length })) jobs.push(job)
    yield
  }
  return { matcher, jobs, nodes }
}

const scoreOf = (matcher: Matcher, job: MeetingJob, node: MeetingNode): number | null => (goTogether(job, node) ? matcher.score(job.jobId, node.nodeId) : null)

function* costsOf({ matcher, jobs, nodes }: Sides): Generator<undefined, Costs> {
  const of = new Float64Array(jobs.length * nodes.length)
  for (const [row, job] of jobs.entries()) {
    for (const [column, node] of nodes.entries()) of[row * nodes.length + column] = scoreOf(matcher, job, node) ?? Infinity
    yield
  }
  return { jobs: jobs.length, nodes: nodes.length, of }
}

/** What the job's turn adds is the same for every machine, and says nothing of them. */
function alternativesOf({ matcher, nodes, jobs }: Sides, job: MeetingJob): readonly AlikeNodes[] {
  const turn = RANK * jobs.indexOf(job)
  const alike = new Map<string, { hardware: Hardware; nodes: number; score: number }>()
  for (const node of nodes) {
    const score = scoreOf(matcher, job, node)
    if (score === null) continue
    const key = JSON.stringify(node.hardware)
    const found = alike.get(key)
    if (found) found.nodes += 1
    else alike.set(key, { hardware: node.hardware, nodes: 1, score: score - turn })
  }
  return [...alike.values()].toSorted((a, b) => a.score - b.score).slice(0, MOST_ALTERNATIVES)
}

/** Who gets which machine: one job for each, since what a machine has left is known only after. Yields in between. */
function* chosen(sides: Sides): Generator<undefined, readonly (readonly [MeetingJob, MeetingNode])[]> {
  const { matcher, jobs, nodes } = sides
  const byId = { jobs: new Map(jobs.map((job) => [job.jobId, job])), nodes: new Map(nodes.map((node) => [node.nodeId, node])) }
  const accepts = (jobId: string, nodeId: string): boolean => {
    const [job, node] = [byId.jobs.get(jobId), byId.nodes.get(nodeId)]
    return job !== undefined && node !== undefined && goTogether(job, node)
  }
  const [job, node] = [jobs[0], nodes[0]]
  if (!job || !node) return []
  // Nobody competes: one side has the choice.
  if (jobs.length === 1) {
    const taken = byId.nodes.get(matcher.push(job.jobId, accepts) ?? '')
    return taken ? [[job, taken]] : []
  }
  if (nodes.length === 1) {
    const taker = byId.jobs.get(matcher.pull(node.nodeId, accepts) ?? '')
    return taker ? [[taker, node]] : []
  }
  const nodeOf = yield* assign(yield* costsOf(sides))
  return jobs.flatMap((one, row) => {
    const given = nodes[nodeOf[row] as number]
    return given ? [[one, given] as const] : []
  })
}

/** The pairs that cost least together, the more urgent jobs first where there are too few machines. */
export function* meet(meeting: Meeting): Generator<undefined, readonly Pair[]> {
  const sides = yield* admit(meeting)
  const pairs = yield* chosen(sides)
  return pairs.map(([job, { nodeId, hardware }]) => ({ jobId: job.jobId, nodeId, hardware, alternatives: alternativesOf(sides, job) }))
}
