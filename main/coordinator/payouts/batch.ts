import type { Lamports, MicroUsd } from '../../../shared/units.ts'
import type { PayAsset } from './assets.ts'
import type { LiveAttempt } from './machine.ts'

export type BatchState = 'planned' | 'signed' | 'sent' | 'confirmed' | 'finalized' | 'failed'
export type AttemptState = LiveAttempt['state'] | 'finalized' | 'failed' | 'expired'

export interface Item {
  readonly id: string
  readonly nodeId: string
  readonly address: string
  /** What leaves the node's account, fee and rent included. */
  readonly microUsd: MicroUsd
  /** What arrives, in the smallest unit of the batch's asset. */
  readonly amount: bigint
  readonly feeMicroUsd: MicroUsd
  readonly rentMicroUsd: MicroUsd
  /** What the receiver's token account is expected to cost; 0 if it is there already. */
  readonly rentLamports: Lamports
  readonly claimId: string | null
  /** Where it is not that of the batch. */
  readonly rate: string | null
}

export interface Attempt extends LiveAttempt {
  readonly id: string
  readonly n: number
  readonly signature: string
  readonly raw: string
  readonly signedSlot: number
  readonly fee: Lamports
  /** The value of the lane by which it lives. */
  readonly nonce: string | null
}

export interface Batch {
  readonly id: string
  readonly kind: 'payout' | 'anchor' | 'lane'
  readonly asset: PayAsset
  readonly state: BatchState
  readonly memo: string
  readonly rate: string
  readonly items: readonly Item[]
  /** The attempt under way, if any. */
  readonly live: Attempt | null
  /** Earlier attempts on the nonce of the live one: one of all of them may land. */
  readonly rivals: readonly Attempt[]
  /** Attempts made so far, dead ones included. */
  readonly attempts: number
  /** Operators that still have to approve before it is signed. */
  readonly approvalsMissing: number
}

export interface NewBatch {
  readonly id: string
  readonly kind: Batch['kind']
  readonly asset: PayAsset
  readonly memo: string
  readonly cluster: string
  readonly rate: string
  readonly at: number
  readonly approvalsNeeded: number
}

/** What leaves the hot wallet when a batch lands, fee aside. */
export function outflowOf({ asset, items }: Pick<Batch, 'asset' | 'items'>): { readonly lamports: bigint; readonly microUsdc: bigint } {
  const [paid, rent] = [items.reduce((sum, item) => sum + item.amount, 0n), items.reduce((sum, item) => sum + item.rentLamports, 0n)]
  return asset === 'lamports' ? { lamports: paid, microUsdc: 0n } : { lamports: rent, microUsdc: paid }
}
