/** What the check of a proof takes from its neighbours; the root wires them. */
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { FailureCode } from '../../../shared/errors.ts'
import type { MicroUsd } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** The attempt a proof claims to prove. Times are epoch milliseconds. */
export interface ProvenAttempt {
  readonly jobId: string
  readonly requesterId: string
  readonly attemptId: string
  readonly leaseId: string
  readonly spec: JobSpec
  readonly plan: Plan
  readonly submittedAt: number
  readonly leasedAt: number
  /** `late`: the lease ran out but nobody else was given the job. */
  readonly standing: 'current' | 'late' | 'lost'
  /** Hex SHA-256 of the checkpoint that was handed over under this lease and that the job would go on from; `null` if there is none. */
  readonly saved: string | null
  /** Which result of the job it makes, from 1 on; those before it wait to be compared. */
  readonly copy: number
  /** So many results have to agree. */
  readonly agree: number
}

export interface ProvingNode {
  readonly nodeId: string
  /** The key that signs now, and its thumbprint. */
  readonly publicJwk: PublicJwk
  readonly keyId: string
  /** Every key up to that one, oldest first. */
  readonly history: { readonly keys: readonly { readonly keyId: string; readonly publicJwk: PublicJwk }[] }
  /** What proves that they follow each other. */
  readonly rotations: readonly { readonly envelope: Envelope }[]
  readonly capabilities: Capabilities
}

/** A job whose runs are to be receipted and paid. Times are epoch milliseconds. */
export interface JobToSettle {
  readonly jobId: string
  readonly requesterId: string
  readonly spec: JobSpec
  readonly submittedAt: number
  readonly agree: number
}

/** One run of a job, proven. */
export interface RunToReceipt {
  readonly proof: EnergyProof
  /** Hex SHA-256 of the proof's body. */
  readonly bodySha256: string
  readonly envelope: Envelope
  /** Where it ran. */
  readonly zone: string
  /** For how long the job had drawn energy before, on any node, to come to the same result. */
  readonly beforeMs: number
}

/** Everything the receipts of a job are made from: one for each node, with all of its runs in the order of its chain. */
export interface ReceiptOrder {
  readonly job: JobToSettle
  readonly parts: readonly { readonly node: ProvingNode; readonly runs: readonly RunToReceipt[] }[]
}

/** Writes the receipts and their log entries, in the order of the parts, in the transaction that ends the job. */
export type IssueReceipts = (tx: Tx) => Promise<readonly { readonly receiptId: string; readonly bundle: ReceiptBundle }[]>

interface Settlement {
  readonly requesterId: string
  readonly jobId: string
  /** What is paid for the runs of each node; the ledger splits it. */
  readonly parts: readonly PaidPart[]
  /** Whether the platform may have the results of such a job repeated. */
  readonly isCompared: boolean
}

export interface PaidPart {
  readonly nodeId: string
  readonly priceMicroUsd: MicroUsd
  /** The platform pays for what it has repeated for itself. */
  readonly paidBy: 'requester' | 'platform'
}

/**
 * What a proven result means for its job. `counts`: the job is done, by the runs of these results, or of all that there are. `held`: it waits for
 * others. `undecided`: too few agree, and the job has failed.
 */
export type Weighed =
  | { readonly is: 'counts'; readonly copies: ReadonlySet<number> | null /** Hex SHA-256. */; readonly outputSha256: string; readonly record: RecordResult }
  | { readonly is: 'held' | 'undecided'; readonly record: RecordResult }

/** Keeps what was found, in the transaction that keeps the proof. Error: `unavailable` if other results are there by then. */
export type RecordResult = (tx: Tx) => Promise<void>

/** A proven result whose bytes are kept, before anything is written about it. */
export interface ResultToWeigh extends Pick<ProvenAttempt, 'jobId' | 'requesterId' | 'leaseId' | 'spec' | 'copy' | 'agree'> {
  readonly nodeId: string
  readonly proofId: string
  readonly output: Uint8Array
}

interface Earning {
  readonly earningId: string
  readonly state: 'accrued' | 'confirmed'
  /** The node's share. */
  readonly microUsd: MicroUsd
}

/** What a job came to. The last receipt is that of the node which ran last. */
export interface Paid {
  readonly receiptIds: readonly string[]
  readonly priceMicroUsd: bigint
}

export interface ProofDeps {
  readonly db: Db
  readonly clock: Clock
  /** By how much our own clock was set since it showed this time, epoch ms. */
  readonly clockSlackMs: (since: number) => number
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly recordEvent: (tx: Tx, nodeId: string, fact: NodeEvent['fact']) => Promise<void>
  readonly node: (nodeId: string) => Promise<ProvingNode | null>
  /** Thumbprint of the key that signs for a node now. */
  readonly currentKey: (db: Db | Tx, nodeId: string) => Promise<string | null>
  readonly attempt: (db: Db | Tx, claim: { readonly nodeId: string; readonly leaseId: string; readonly token: number }) => Promise<ProvenAttempt | null>
  readonly beginVerification: (tx: Tx, leaseId: string) => Promise<void>
  /** The receipt of a verified result cannot be written yet: says why. */
  readonly awaitReceipt: (tx: Tx, wait: { readonly leaseId: string; readonly reason: string; readonly message: string }) => Promise<void>
  /** Whether others have to agree with a result, and if they do. May be slow; never called inside a transaction. */
  readonly compare: (result: ResultToWeigh) => Promise<Weighed>
  readonly completeJob: (
    tx: Tx,
    run: { readonly jobId: string; readonly nodeId: string },
    result: { readonly leaseId: string; readonly outputSha256: string; readonly begunAt: number } & Paid,
  ) => Promise<void>
  /** The run is proven, and its job goes on from what it left. `ranMs`: run time that counts, of all its runs together. */
  readonly giveBack: (tx: Tx, run: { readonly leaseId: string; readonly reason: string; readonly message: string; readonly ranMs: number }) => Promise<void>
  /** The runs of a cancelled job are paid. */
  readonly recordPaid: (tx: Tx, jobId: string, paid: Paid) => Promise<void>
  readonly job: (tx: Tx, jobId: string) => Promise<JobToSettle | null>
  readonly rejectResult: (tx: Tx, result: { readonly leaseId: string; readonly reason: string; readonly message: string }) => Promise<void>
  /** Keeps the output before anything refers to it; writing the same bytes twice is harmless. */
  readonly saveOutput: (bytes: Uint8Array) => Promise<unknown>
  /** Looks up what the grid was like. May be slow; never called inside a transaction. */
  readonly prepareReceipts: (order: ReceiptOrder) => Promise<IssueReceipts>
  /**
   * What the proven runs of a job that goes on come to, all of them: it replaces what was accrued for them before. `because` names what changed it;
   * nothing is confirmed by it.
   */
  readonly accrue: (tx: Tx, accrual: Pick<Settlement, 'jobId' | 'parts'> & { readonly because: string }) => Promise<void>
  /** What each of the parts earned, in their order. */
  readonly settle: (tx: Tx, settlement: Settlement) => Promise<readonly Earning[]>
  /** Keeps what is unlikely about an accepted proof, and answers with it. */
  readonly weigh: (tx: Tx, run: { readonly proof: EnergyProof; readonly spec: JobSpec; readonly requesterId: string }) => Promise<readonly unknown[]>
  /** Decides whether the samples behind the proof will be asked for. */
  readonly planChallenge: (tx: Tx, of: { readonly proofId: string; readonly nodeId: string; readonly isUnlikely: boolean }) => Promise<void>
  /** A proof was accepted. */
  readonly proven: (tx: Tx, proof: EnergyProof) => Promise<void>
  /** One was refused, for the first time. */
  readonly refused: (tx: Tx, refusal: { readonly nodeId: string; readonly jobId: string; readonly code: FailureCode }) => Promise<void>
}
