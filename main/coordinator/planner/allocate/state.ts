import type { AllocateInput, AllocateJob } from './input.ts'
import { type Timeline, createTimeline, occupy } from './timeline.ts'
import type { Choice, Work } from '../timing/choose.ts'
import type { CostCurve } from '../timing/cost-curve.ts'

/** A pool that a job may use, and the best time there if it had all places for itself. */
export interface Option {
  readonly timeline: Timeline
  readonly curve: CostCurve
  readonly work: Work
  readonly alone: Choice
  /** Cost × ms of that; no other time in the pool costs less. */
  readonly least: number
}

export interface Placed {
  readonly option: Option
  readonly choice: Choice
  /** Cost × ms without surcharges. */
  readonly cost: number
}

/** A job with what is decided about it so far. */
export interface Seat {
  readonly job: AllocateJob
  /** When it is served: the lowest first. */
  readonly rank: number
  /** From the cheapest on; made when first asked for. */
  options: readonly Option[] | null
  placed: Placed | null
}

/** Curves that a job may run on, each with the pools where it holds. */
export type Zones = Map<CostCurve, readonly Timeline[]>

/** The round of planning that goes on. Changed in place; whoever tries something undoes it by {@link rewind}. */
export interface State {
  /** In the order in which jobs are served: by priority, then by how soon they must start. */
  readonly seats: readonly Seat[]
  readonly timelines: ReadonlyMap<string, Timeline>
  readonly zones: Map<AllocateJob['pools'], Zones>
  /** Who is in each pool now. */
  readonly present: ReadonlyMap<Timeline, Set<Seat>>
  /** Every change since the beginning, to go back. */
  readonly changes: { readonly seat: Seat; readonly before: Placed | null }[]
  /** Pieces of time that may still be looked at before the search for something better has to end. */
  budget: number
}

const slackOf = ({ work }: AllocateJob): number => work.latestEnd - work.earliest - work.durationMs
const byService = (a: AllocateJob, b: AllocateJob): number =>
  b.priority - a.priority || slackOf(a) - slackOf(b) || b.places - a.places || (a.id < b.id ? -1 : 1)

/** Gives a job its place and time instead of those it had. */
export function put(state: State, seat: Seat, placed: Placed | null): void {
  if (seat.placed === placed) return
  state.changes.push({ seat, before: seat.placed })
  assign(state, seat, placed)
}

function assign(state: State, seat: Seat, placed: Placed | null): void {
  const { places } = seat.job
  if (seat.placed) {
    occupy(seat.placed.option.timeline, seat.placed.choice.runs, -places)
    state.present.get(seat.placed.option.timeline)?.delete(seat)
  }
  seat.placed = placed
  if (!placed) return
  occupy(placed.option.timeline, placed.choice.runs, places)
  state.present.get(placed.option.timeline)?.add(seat)
}

/** Undoes all changes but the first `kept`. */
export function rewind(state: State, kept: number): void {
  while (state.changes.length > kept) {
    const change = state.changes.pop()
    if (change) assign(state, change.seat, change.before)
  }
}

export function createState({ jobs, pools }: AllocateInput): State {
  const timelines = pools.map(createTimeline)
  return {
    seats: jobs.toSorted(byService).map((job, rank) => ({ job, rank, options: null, placed: null })),
    timelines: new Map(timelines.map((timeline) => [timeline.pool, timeline])),
    present: new Map(timelines.map((timeline) => [timeline, new Set()])),
    zones: new Map(),
    changes: [],
    budget: 0,
  }
}
