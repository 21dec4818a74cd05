/**
 * Everything a planning round depends on, as plain data: the same input gives the same outcome, bit for bit, on any machine and at any later
 * time. Times are epoch milliseconds.
 */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import type { NodeStanding } from '../../../shared/domain/node-standing.ts'

/** A job that waits, or one that runs and could be paused. */
export interface PlannerJob {
  readonly jobId: string
  readonly spec: JobSpec
  readonly submittedAt: number
  /** Seconds on a virtual clock of its kind of place: where not all fit, the lower goes first. Without it, its priority alone counts. */
  readonly turn?: number
  /** What is left of its expected run time. */
  readonly restMs: number
  readonly progress: 'fresh' | 'paused' | 'running'
  /** Where it runs; `null` unless it does. */
  readonly runsOn: string | null
  /** The plan that holds until this round. */
  readonly current: Plan | null
  /** How often it was sent to another zone although it could have stayed. */
  readonly reroutes: number
  /** Nodes that had it and could not begin it: they are not asked again for a while. */
  readonly avoids?: readonly string[]
  /** Nodes of those whose result of it is there already, where others are wanted. */
  readonly barred?: readonly string[]
  /** The only node that may do it; left out: any. */
  readonly only?: string
}

/** What the planner knows about a node. */
export interface PlannerNode {
  readonly nodeId: string
  readonly online: boolean
  /** Whether its owner's rules would let a job start now; a closed carbon gate is no reason against, since the window is ours to choose. */
  readonly ready: boolean
  readonly capabilities: Capabilities
  /**
   * Its leases: which job, how many of its GPUs (a job without any takes the processor), and until when it is expected to run. One that is over
   * that time keeps its place. The lease of a running job that is among the jobs of the round is planned anew, not counted as taken.
   */
  readonly taken: readonly { readonly jobId: string; readonly gpus: number; readonly until: number }[]
  /** How likely its owner lets it work, 0 to 1, in each of the 168 hours of the UTC week from Monday 00:00 on; `null` while too little is known. */
  readonly availability: readonly number[] | null
  /** Minor unit of the owner's currency; `null` if the owner has not said. */
  readonly priceMinorPerKWh: number | null
  /** How it has worked so far; missing for one that nothing is known of. */
  readonly standing?: NodeStanding
}

/** Expected value of a stretch of time. `low` and `high` hold eight of ten outcomes; `null` without a track record. */
export interface OutlookSlot {
  readonly from: number
  readonly to: number
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** What is expected of the grid in a zone. A zone without one takes no jobs. */
export interface ZoneOutlook extends Pick<Signal, 'zone' | 'source' | 'origin' | 'recordedOn'> {
  readonly basis: 'direct' | 'lifecycle'
  /** Average intensity, gCO2e/kWh, in order and without overlaps, from at or before `now` on. */
  readonly intensity: readonly OutlookSlot[]
  /** Published prices, minor unit per kWh; `null` where none are. */
  readonly price: (NonNullable<Signal['price']> & { readonly slots: readonly { readonly from: number; readonly to: number; readonly value: number }[] }) | null
}

export interface PlanInput {
  readonly now: number
  readonly jobs: readonly PlannerJob[]
  readonly nodes: readonly PlannerNode[]
  readonly zones: readonly ZoneOutlook[]
}

/** What becomes of a job; `keep` leaves it where and when it was, `go-on` and `pause` are for those that run. */
export type PlanAction = 'place' | 'keep' | 'defer' | 'bring-forward' | 're-route' | 'hold' | 'go-on' | 'pause'

export interface PlannedJob {
  readonly jobId: string
  readonly answer: PlanAnswer
  readonly action: PlanAction
  readonly reason: string
  readonly reroutes: number
}

/** One for each job of the input, in its order. */
export type PlanOutcome = readonly PlannedJob[]
