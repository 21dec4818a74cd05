/** What the jobs feature takes from its neighbours; the root wires them. */
import type { Choice } from '../../../shared/contract/decision.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { JobSpec, Lease, YieldReason } from '../../../shared/contract/job.ts'
import type { Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import type { MicroUsd } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** An enrolled node as the registry knows it now. */
export interface KnownNode {
  readonly nodeId: string
  readonly capabilities: Capabilities
  readonly online: boolean
  /** Silent for so long that plans on it are given up; false in the first minutes after a restart. */
  readonly gone: boolean
  /** Whether its owner would let it work in a window that is green enough. */
  readonly ready: boolean
}

/** A job that waits, or one that runs and could be paused, as the planner is told of it. Times are epoch milliseconds. */
export interface JobToPlan {
  readonly jobId: string
  readonly spec: JobSpec
  readonly submittedAt: number
  /** What is left of its expected run time. */
  readonly restMs: number
  /** `paused`: it goes on from what an earlier attempt has saved. */
  readonly progress: 'fresh' | 'paused' | 'running'
  /** Where it runs; `null` unless it does. */
  readonly runsOn: string | null
  /** The plan that holds until this round. */
  readonly current: Plan | null
  readonly reroutes: number
  /** Nodes that had it and could not begin it: they are not asked again for a while. */
  readonly avoids: readonly string[]
}

/** A node with its leases: whose they are, how many of its GPUs they take, and until when they are expected to. */
export interface NodeToPlan extends Pick<KnownNode, 'nodeId' | 'capabilities' | 'online' | 'ready'> {
  readonly taken: readonly { readonly jobId: string; readonly gpus: number; readonly until: number }[]
}

export interface World {
  readonly now: number
  readonly jobs: readonly JobToPlan[]
  readonly nodes: readonly NodeToPlan[]
}

/** What becomes of a job; `keep` leaves it where and when it was, `go-on` and `pause` are for those that run. */
export interface PlannedJob {
  readonly jobId: string
  readonly answer: PlanAnswer
  readonly action: 'place' | 'keep' | 'defer' | 'bring-forward' | 're-route' | 'hold' | 'go-on' | 'pause'
  readonly reason: string
  readonly reroutes: number
}

export interface Planned {
  /** One for each job, in their order. */
  readonly outcome: readonly PlannedJob[]
  /** What the decision log keeps of the choice about one of them: the rule, what it was asked with, and what it answered. */
  readonly choiceOf: (jobId: string) => Pick<Choice, 'policy' | 'inputs' | 'answer'>
}

/** Where and when every job runs, or what excludes every node from it. May be slow; never called inside a transaction. */
export type PlanJobs = (world: World) => Promise<Planned>

/** The requester's money, moved in the transaction that changes the job. */
export interface JobMoney {
  /** Sets aside the most a job may cost. Error: `funds.insufficient`. */
  readonly reserve: (tx: Tx, order: { readonly requesterId: string; readonly jobId: string; readonly microUsd: MicroUsd }) => Promise<void>
  /** Gives back what was set aside for a job of which nothing will ever be paid. */
  readonly release: (tx: Tx, order: { readonly requesterId: string; readonly jobId: string }) => Promise<void>
}

export interface JobDeps {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly money: JobMoney
  /**
   * What becomes of the runs of a job that were proven and given back, now that it ends without a result. `owed`: they are still to be paid out of what
   * was set aside; `free`: nothing is.
   */
  readonly endRuns: (tx: Tx, end: { readonly jobId: string; readonly state: 'failed' | 'expired' | 'cancelled' }) => Promise<'owed' | 'free'>
  /** Records that something happened. */
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Records what was chosen and on what. */
  readonly choose: (tx: Tx, choice: Choice) => Promise<unknown>
  /** Lease duration without renewal, milliseconds. */
  readonly leaseTtlMs: number
}

/** Tells a connected agent; false if it is not connected and has to ask. */
export interface Push {
  readonly lease: (nodeId: string, lease: Lease) => boolean
  /** Asks for a running job back, to be gone on with later. */
  readonly yield: (nodeId: string, order: { readonly leaseId: string; readonly reason: YieldReason }) => boolean
  readonly cancel: (nodeId: string, order: { readonly leaseId: string; readonly reason: 'lost' | 'cancelled' | 'expired' }) => boolean
}
