import type { AllocateInput, Allocated } from './input.ts'
import { negotiate } from './negotiate.ts'
import { cheapestIfFree } from './options.ts'
import { improve, settle } from './settle.ts'
import { type Seat, type State, createState, put, rewind } from './state.ts'

/** Pieces of time looked at in each part of the search before what has been found is taken; every job is looked at once, whatever that takes. */
const BUDGETS = { negotiate: 2_000_000, settle: 300_000, improve: 500_000 }
/** Negotiation that is broken off early is worse than none. */
const LEAST_ROUNDS = 20
const ATTEMPTS = 4

/** Whether it is worse that these jobs go without a place than those: the highest priority counts first. Both in the order of service. */
function isWorse(these: readonly Seat[], those: readonly Seat[]): boolean {
  const differs = these.findIndex(({ job }, index) => job.priority !== those[index]?.job.priority)
  const [own, other] = [these[differs], those[differs]]
  return own !== undefined && (other === undefined || own.job.priority > other.job.priority)
}

/** Whether all could look at all that they may use often enough. */
function canNegotiate({ timelines }: State, waiting: readonly Seat[]): boolean {
  let effort = 0
  for (const { job } of waiting) {
    for (const [pool, curve] of job.pools) effort += (timelines.get(pool)?.count ?? 0) + curve.count
    if (effort * LEAST_ROUNDS > BUDGETS.negotiate) return false
  }
  return true
}

/** Whether there is more to do than there are places for, so that hardly anybody can have what is best for him. */
function isOverloaded({ jobs, pools }: AllocateInput): boolean {
  const [from, until] = [Math.min(...jobs.map(({ work }) => work.earliest)), Math.max(...jobs.map(({ work }) => work.latestEnd))]
  let free = 0
  for (const { spans } of pools) for (const span of spans) free += span.places * Math.max(0, Math.min(span.to, until) - Math.max(span.from, from))
  return jobs.reduce((sum, { places, work }) => sum + places * work.durationMs, 0) > free
}

/** Negotiates and settles, again with what it has come to where some are left without a place; the best attempt counts. */
function share(state: State, waiting: readonly Seat[]): void {
  let [left, best, kept, budget] = [waiting, state.seats, 0, BUDGETS.negotiate]
  for (let attempt = 0; attempt < ATTEMPTS && left.length > 0 && budget > 0; attempt += 1) {
    state.budget = budget
    negotiate(state, left)
    budget = state.budget
    state.budget = BUDGETS.settle
    settle(state)
    left = state.seats.filter(({ placed }) => placed === null)
    if (attempt === 0 || isWorse(best, left)) [best, kept] = [left, state.changes.length]
  }
  rewind(state, kept)
}

/**
 * Chooses pool and time for all jobs together, so that they cost least in all. Nobody gets a place that is not there; a job that fits nowhere
 * else gets a place before one that merely saves by it, and where not all fit, a higher priority goes first. Where places are not scarce,
 * every job gets its optimum in one pass. Where they are, jobs negotiate over prices; that is a heuristic. Deterministic, and independent of
 * the order of jobs and pools.
 */
export function allocate(input: AllocateInput): Allocated {
  const state = createState(input)
  const isEachLookedAt = !isOverloaded(input)
  const waiting = state.seats.filter((seat) => {
    const placed = isEachLookedAt ? cheapestIfFree(state, seat) : null
    if (placed) put(state, seat, placed)
    return placed === null
  })
  if (waiting.length > 0) {
    if (canNegotiate(state, waiting)) share(state, waiting)
    else {
      state.budget = BUDGETS.settle
      settle(state)
    }
    state.budget = BUDGETS.improve
    improve(state)
  }
  const found = new Map(state.seats.map(({ job, placed }) => [job, placed && { pool: placed.option.timeline.pool, ...placed.choice }]))
  return input.jobs.map((job) => found.get(job) ?? 'capacity')
}
