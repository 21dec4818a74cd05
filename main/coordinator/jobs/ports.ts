/** What the jobs feature takes from its neighbours; the root wires them. */
import type { Choice } from '../../../shared/contract/decision.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { JobSpec, Lease, YieldReason } from '../../../shared/contract/job.ts'
import type { Exclusion, Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import type { NodeStanding } from '../../../shared/domain/node-standing.ts'
import type { PlaceKind } from '../../../shared/domain/places.ts'
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
  /** How it has worked so far; missing for one that nothing is known of. */
  readonly standing?: NodeStanding
}

/** A job that waits, or one that runs and could be paused, as the planner is told of it. Times are epoch milliseconds. */
export interface JobToPlan {
  readonly jobId: string
  readonly spec: JobSpec
  readonly submittedAt: number
  /** Seconds on a virtual clock of its kind of place: where not all fit, the lower goes first. Missing for one that is only asked about. */
  readonly turn?: number
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
  /** Nodes of those whose result of it is there already, where others are wanted. */
  readonly barred?: readonly string[]
  /** The only node that may do it; left out: any. */
  readonly only?: string
}

/** A node with its leases: whose they are, how many of its GPUs they take, and until when they are expected to. */
export interface NodeToPlan extends Pick<KnownNode, 'nodeId' | 'capabilities' | 'online' | 'ready' | 'standing'> {
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

/** A job whose window has come and that its own node cannot take. Times are epoch milliseconds. */
export interface DisplacedJob {
  readonly jobId: string
  readonly spec: JobSpec
  /** Where it is planned, and stays. */
  readonly zone: string
  /** When its run would be over. */
  readonly until: number
  readonly avoids: readonly string[]
}

/** A node that is there and willing and has something free. */
export interface FreeNode {
  readonly node: Pick<KnownNode, 'nodeId' | 'capabilities' | 'standing'>
  /** Places that nothing holds now. */
  readonly free: Readonly<Record<PlaceKind, number>>
  /** Places that are planned for others, and from when on. */
  readonly promised: readonly { readonly kind: PlaceKind; readonly places: number; readonly from: number }[]
}

/** Another node takes a job, and why that one. */
export interface Matched {
  readonly jobId: string
  readonly nodeId: string
  readonly choice: Pick<Choice, 'policy' | 'inputs' | 'answer'>
}

/** Who takes whom, the most urgent job first where there are too few nodes; one job for each node at most. */
export type MatchJobs = (meeting: { readonly jobs: readonly DisplacedJob[]; readonly nodes: readonly FreeNode[] }) => Promise<readonly Matched[]>

/** Whether jobs can be done by their deadline; if not, why, and for `time` and `capacity` by when they could, by estimate, epoch ms. */
export type Admission =
  | { readonly is: 'admitted' }
  | { readonly is: 'refused'; readonly for: 'needs'; readonly excluded: Partial<Record<Exclusion, number>>; readonly nodes: number }
  | { readonly is: 'refused'; readonly for: 'time' | 'capacity'; readonly neededMs: number; readonly earliestDeadline: number }

/** So many jobs like this, of one requester. */
export interface AdmissionOrder {
  readonly requesterId: string
  readonly spec: JobSpec
  readonly jobs: number
}

export interface AdmissionDesk {
  readonly judge: (order: AdmissionOrder) => Admission
  readonly promise: (order: AdmissionOrder) => void
}

/** Judges by nodes and promises as they are at one moment. Times are epoch milliseconds; a requester's weight counts against those of the others. */
export type OpenAdmissionDesk = (world: {
  readonly now: number
  readonly nodes: readonly KnownNode[]
  readonly promised: readonly {
    readonly requesterId: string
    readonly spec: JobSpec
    readonly restMs: number
    readonly deadlineAt: number
    readonly heldBy: string | null
  }[]
  readonly weightOf: (requesterId: string) => number
}) => AdmissionDesk

/** The requester's money, moved in the transaction that changes the job. */
export interface JobMoney {
  /** Sets aside the most that each of these jobs may cost, or nothing. Error: `funds.insufficient`. */
  readonly reserve: (tx: Tx, orders: readonly { readonly requesterId: string; readonly jobId: string; readonly microUsd: MicroUsd }[]) => Promise<void>
  /** Sets aside the most that each job of an array may cost, all at once. Error: `funds.insufficient`. */
  readonly reserveAll: (
    tx: Tx,
    order: { readonly requesterId: string; readonly arrayId: string; readonly jobIds: readonly string[]; readonly microUsd: MicroUsd },
  ) => Promise<void>
  /** Gives back what was set aside for a job of which nothing will ever be paid. */
  readonly release: (tx: Tx, order: { readonly requesterId: string; readonly jobId: string }) => Promise<void>
  /** The same for many jobs of one requester at once. */
  readonly releaseAll: (tx: Tx, order: { readonly requesterId: string; readonly jobIds: readonly string[] }) => Promise<void>
}

export interface JobDeps {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  /** A number in [0, 1). */
  readonly chance: () => number
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
