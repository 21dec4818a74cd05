/** Tables of payouts and anchors, as kysely sees them. Times are epoch milliseconds. */
export interface PayoutTables {
  /** One transaction's worth of payouts, or one anchor memo. */
  payout_batch: {
    id: string
    kind: 'payout' | 'anchor'
    state: 'planned' | 'signed' | 'sent' | 'confirmed' | 'finalized' | 'failed'
    memo: string
    cluster: string
    /** The conversion rate in words; empty for an anchor. */
    rate: string
    failure: string | null
    created_at: number
    updated_at: number
  }
  payout_item: { id: string; batch_id: string; node_id: string; address: string; usd_micro: bigint; due_lamports: bigint }
  /** Written before the bytes leave the process. At most one per batch is alive. */
  payout_attempt: {
    id: string
    batch_id: string
    n: number
    signature: string
    /** The signed transaction, base64. */
    raw: string
    last_valid_block_height: number
    /** Nothing signed here can have landed before this slot. */
    signed_slot: number
    signed_at: number
    fee_lamports: bigint
    state: 'signed' | 'sent' | 'confirmed' | 'finalized' | 'failed' | 'expired'
  }
  payout_refusal: { address: string; reason: string; until: number }
  /** What each node was told last about its address; nothing once that could be paid. */
  payout_refusal_told: { node_id: string; address: string; reason: string }
}
