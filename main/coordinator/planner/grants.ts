import { allocate } from './allocate/allocate.ts'
import type { AllocateJob, Allocation } from './allocate/input.ts'
import { hasRoom, take } from './calendar.ts'
import { chooseTime } from './timing/choose.ts'
import type { Candidate } from './eligible.ts'
import { placesOn } from './feasibility.ts'
import { lengthOf } from './over-runs.ts'
import { ownPools, poolsOf, sharedPools } from './pools.ts'
import { MOST_RUNS } from './search.ts'
import { type Space, calendarOf, curveThere, isFree } from './space.ts'
import { type Spot, isWithinCap } from './spot.ts'
import { type Task, isRunning, isTooLate } from './task.ts'
import { type PlaceKind, placeKindFor } from '../../../shared/domain/places.ts'
import type { Host } from './host.ts'
import type { World } from './world.ts'

/**
 * What planning all jobs together gives a job: a spot; `nothing`, because all its time goes to others; or `unknown` if it cannot be told so,
 * and has to be looked for among what is left.
 */
export type Grant = Spot | 'nothing' | 'unknown'

const ownHost = ({ job }: Task, { hostOf }: World): Host | null => hostOf(job.runsOn, job.spec.needs)

/** First turns, by what jobs work on. */
type FirstTurns = ReadonlyMap<PlaceKind, number>

function firstTurns(tasks: readonly Task[]): FirstTurns {
  const byKind = Map.groupBy(tasks, ({ job }) => placeKindFor(job.spec.needs))
  return new Map([...byKind].map(([kind, some]) => [kind, some.reduce((first, { job }) => Math.min(first, job.turn ?? Infinity), Infinity)]))
}

/** Turns this close to the first one count as one; after that, turns count apart that are twice as far from the first. */
const TURN_SECONDS = 60
const PRIORITIES = 10

/** Whose turn is near goes first, whoever’s job it is. Among those whose turns are about as near, priority counts. */
function priorityOf({ job }: Task, first: FirstTurns): number {
  const { turn, spec } = job
  if (turn === undefined) return spec.priority
  const behind = Math.max(0, turn - (first.get(placeKindFor(spec.needs)) ?? turn))
  return spec.priority - PRIORITIES * Math.floor(Math.log2(1 + behind / TURN_SECONDS))
}

const toAllocate = (task: Task, { pools, own, first }: { pools: AllocateJob['pools']; own: Host | null; first: FirstTurns }): AllocateJob => ({
  id: task.job.jobId,
  work: task.work,
  priority: priorityOf(task, first),
  places: task.places,
  pools,
  runsIn: own?.pool ?? null,
})

const candidateOn = (task: Task, host: Host | null): Candidate | null =>
  host?.market ? { host, market: host.market, room: placesOn(host.node.capabilities, task.job.spec) - task.places } : null

/** A job that runs goes on where it is. */
function stay(task: Task, world: World): Spot | null {
  const candidate = candidateOn(task, ownHost(task, world))
  return candidate && { candidate, runs: [{ from: world.now, to: world.now + task.unbrokenMs }] }
}

interface Round {
  readonly world: World
  readonly space: Space
  readonly grants: Map<Task, Grant>
}

function fix({ space, grants }: Round, task: Task, spot: Spot | null): void {
  grants.set(task, spot ?? 'nothing')
  if (spot) take(calendarOf(space, spot.candidate), spot.runs, task.places)
}

/** The first node of the pool on which a job could have just these runs. */
function spotIn({ space, world }: Round, task: Task, { pool, runs }: Allocation, isFitting: typeof isFree): Spot | null {
  if (runs.length > MOST_RUNS) return null
  for (const host of world.pools.get(pool) ?? []) {
    const candidate = candidateOn(task, host)
    if (candidate && isFitting(space, candidate, runs)) return { candidate, runs }
  }
  return null
}

/** Of what costs this share more than what was granted, there may be better elsewhere. */
const NEAR = 0.02

/** Where runs that the pool has room for are not all free on one node: what is best on any one, if it costs hardly more; the first that costs none. */
function nearestIn({ space, world }: Round, task: Task, { pool, cost, runs }: Allocation): Spot | null {
  if (cost === null) return null
  let [best, least]: [Spot | null, number] = [null, cost + NEAR * Math.abs(cost)]
  for (const host of world.pools.get(pool) ?? []) {
    const candidate = candidateOn(task, host)
    if (!candidate) continue
    const curve = curveThere(candidate.market.curveFor(task.weights), space, candidate, task)
    const found = chooseTime(curve, task.work)
    if (found.why === 'at-once' || found.cost === null || found.runs.length > MOST_RUNS) continue
    const perNeededMs = (found.cost * lengthOf(found.runs)) / lengthOf(runs)
    if (perNeededMs < least) [best, least] = [{ candidate, runs: found.runs }, perNeededMs]
    if (perNeededMs <= cost + curve.same) break
  }
  return best
}

/**
 * What was granted is checked against what allocation does not know: caps, which of a node's GPUs are large enough, and that a job with several
 * runs has them all on one node.
 */
function accept(round: Round, task: Task, allocation: Allocation): void {
  const spot = allocation.why === 'cheapest' ? (spotIn(round, task, allocation, isFree) ?? nearestIn(round, task, allocation)) : null
  if (spot && isWithinCap(task, spot.candidate.market, spot.runs)) fix(round, task, spot)
  else round.grants.set(task, 'unknown')
}

const hasPlace: typeof isFree = (space, candidate, runs) => hasRoom(calendarOf(space, candidate), runs, candidate.room)

/** A job that runs has its place whatever its owner's hours and its cap say; the least that it can do is to stay. */
function acceptRunning(round: Round, task: Task, allocation: Allocation): void {
  const spot = allocation.why === 'cheapest' ? spotIn(round, task, allocation, hasPlace) : null
  fix(round, task, spot ?? stay(task, round.world))
}

/** Running jobs first, then by when they begin: in that order, unbroken runs never lack a node where there are places enough. */
const byStart = (a: readonly [Task, Allocation], b: readonly [Task, Allocation]): number =>
  Number(isRunning(b[0])) - Number(isRunning(a[0])) || (a[1].runs[0]?.from ?? 0) - (b[1].runs[0]?.from ?? 0) || (a[0].job.jobId < b[0].job.jobId ? -1 : 1)

const mustStay = (task: Task): boolean => task.work.pauses === null || isTooLate(task)

/**
 * Plans all jobs together and takes their places in `space`. A job that runs and cannot pause, or would find no place to go on in time, stays
 * where it is, and the others are planned around it.
 */
export function grantAll(tasks: readonly Task[], world: World, space: Space): ReadonlyMap<Task, Grant> {
  const round: Round = { world, space, grants: new Map(tasks.map((task) => [task, 'nothing'])) }
  const [shared, first] = [sharedPools(), firstTurns(tasks)]
  const poolsFor = (task: Task) => (isRunning(task) ? ownPools(task, world) : shared(task))
  let running = tasks.filter(isRunning)
  let staying = running.filter(mustStay)
  const waiting = tasks.filter((task) => !isRunning(task) && task.eligible.candidates.length > 0 && !isTooLate(task))
  while (true) {
    for (const task of staying) fix(round, task, stay(task, world))
    const fixed = new Set(staying)
    running = running.filter((task) => !fixed.has(task))
    const asking = [...running, ...waiting]
    if (asking.length === 0) break
    const pools = poolsOf(world, space, new Set(running.map((task) => ownHost(task, world))))
    const answers = allocate({ jobs: asking.map((task) => toAllocate(task, { pools: poolsFor(task), own: ownHost(task, world), first })), pools })
    staying = running.filter((_, index) => answers[index] === 'capacity')
    if (staying.length > 0) continue
    const granted = asking.flatMap((task, index) => {
      const answer = answers[index]
      return answer === undefined || answer === 'capacity' ? [] : [[task, answer] as const]
    })
    for (const [task, allocation] of granted.toSorted(byStart)) (isRunning(task) ? acceptRunning : accept)(round, task, allocation)
    break
  }
  return round.grants
}
