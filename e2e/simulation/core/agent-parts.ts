/** What an agent consists of, as the other parts of a simulation see it. */
import type { Lease } from '../../../shared/contract/job.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Working } from '../../../main/agent/jobs/may-start.ts'
import type { CoordinatorTime } from '../../../main/agent/sync/coordinator-time.ts'
import type { ChainView } from '../../../main/agent/sync/outbox-rules.ts'
import type { Tenure } from '../../../main/agent/sync/tenure.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { Machine } from './machine.ts'

export interface Asking {
  readonly nodeId: string
  readonly machine: Machine
  readonly time: () => CoordinatorTime
}

interface Told {
  readonly leaseId: string
  readonly token: number
}

export type OutboxEntry =
  | ({ readonly kind: 'start' } & Told)
  | ({ readonly kind: 'fail'; readonly reason: string; readonly retry: boolean } & Told)
  | ({ readonly kind: 'proof'; readonly proofId: string } & Told)

interface Made {
  readonly proof: EnergyProof
  readonly bodySha256: string
  /** Nobody has touched the clocks by which it was measured. */
  readonly isHonest: boolean
}

/** Survives a crash, all of a transaction or none of it. */
export interface Disk {
  readonly jobs: Map<string, HeldJob>
  outbox: readonly OutboxEntry[]
  /** Oldest first. */
  proofs: readonly Made[]
}

export interface HeldJob {
  readonly lease: Lease
  readonly state: 'leased' | 'running' | 'submitted' | 'over'
}

interface Active extends Working {
  readonly startedAt: number
  readonly startedMs: number
  readonly endsMs: number
}

/** Gone with the process. */
export interface Mind {
  readonly active: Map<string, Active>
  readonly tenure: Tenure
  readonly time: CoordinatorTime
  readonly chain: ChainView
  isDelivering: boolean
}

export interface Agent extends Asking {
  readonly capabilities: Capabilities
  readonly disk: Disk
  readonly mind: () => Mind
  readonly offer: (lease: Lease) => void
  readonly cancel: (leaseId: string, reason: string) => void
  readonly start: () => void
  readonly crash: () => void
  /** Its owner is back, or leaves. */
  readonly setOwner: (isThere: boolean) => void
  /** Writes to its disk; `then` once that is durable. */
  readonly commit: (write: () => void, then?: () => void) => void
  readonly report: (what: OutboxEntry) => void
  /** How often its clock was set. */
  clockSets: number
}
