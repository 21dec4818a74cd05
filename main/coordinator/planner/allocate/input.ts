/** Jobs that compete for places: what a joint choice of place and time is made from. Times are epoch milliseconds. */
import type { Choice, Work } from '../timing/choose.ts'
import type { CostCurve } from '../timing/cost-curve.ts'

/** How many places there are for some time; `Infinity` is allowed everywhere. */
interface PlaceSpan {
  readonly from: number
  readonly to: number
  readonly places: number
}

/**
 * Interchangeable places: either machines of one kind in one zone that take one job each, or one machine that takes several, where a place is
 * a GPU. A machine with several places is always a pool of its own, so that a job which needs some of them never gets them from two machines.
 */
export interface Pool {
  readonly id: string
  /** Places that are free, in order and without overlaps; outside them there are none. */
  readonly spans: readonly PlaceSpan[]
}

export interface AllocateJob {
  readonly id: string
  readonly work: Work
  /** Where not all fit, the higher goes first. */
  readonly priority: number
  /** Places of one pool that it takes while it runs, from 1 on. */
  readonly places: number
  /**
   * The pools it may use, with what each costs it. All curves of a job share their scales, and all jobs' curves a unit. One curve for all
   * pools of a zone, and one map for all jobs that may use the same, make it quick.
   */
  readonly pools: ReadonlyMap<string, CostCurve>
  /** The pool in which a job runs whose progress is `running`; anywhere else it goes on as one that has paused. `null` for all others. */
  readonly runsIn: string | null
}

export interface AllocateInput {
  /** May hold jobs that are only expected, at a lower priority: the others then leave them what they can do without. */
  readonly jobs: readonly AllocateJob[]
  readonly pools: readonly Pool[]
}

/** Where and when a job runs: all runs in one pool. */
export interface Allocation extends Choice {
  readonly pool: string
}

/** For each job of the input, in its order: its allocation, or `capacity` if every place that it could have used in time goes to others. */
export type Allocated = readonly (Allocation | 'capacity')[]
