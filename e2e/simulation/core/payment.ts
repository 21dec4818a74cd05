/** A payout on its way, as the books have it. */
export interface PaidBatch {
  readonly id: string
  readonly nodeId: string
  readonly microUsd: bigint
  readonly state: 'planned' | 'signed' | 'sent' | 'confirmed' | 'finalized' | 'failed'
  readonly attempts: number
  readonly live: {
    readonly signature: string
    readonly state: 'signed' | 'sent' | 'confirmed'
    readonly lastValidBlockHeight: number
  } | null
}
