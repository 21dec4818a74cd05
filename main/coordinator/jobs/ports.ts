/** What the jobs feature takes from its neighbours; the root wires them. */
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { JobSpec, Lease, PlanAnswer, YieldReason } from '../../../shared/contract/job.ts'
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

export interface Candidate extends KnownNode {
  /** It holds a lease. */
  readonly busy: boolean
}

interface PlanRequest {
  readonly spec: JobSpec
  /** Epoch milliseconds. */
  readonly submittedAt: number
  readonly now: number
  readonly nodes: readonly Candidate[]
}

/** Where and when a job would run, or what excludes every node. May be slow; never called inside a transaction. */
export type PlanJob = (request: PlanRequest) => Promise<PlanAnswer>

/** The requester's money, moved in the transaction that changes the job. */
export interface JobMoney {
  /** Sets aside the most a job may cost. Error: `funds.insufficient`. */
  readonly reserve: (tx: Tx, order: { readonly requesterId: string; readonly jobId: string; readonly microUsd: MicroUsd }) => Promise<void>
  /** Gives back what was set aside for a job that will never be paid. */
  readonly release: (tx: Tx, order: { readonly requesterId: string; readonly jobId: string }) => Promise<void>
}

export interface JobDeps {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly money: JobMoney
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
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
