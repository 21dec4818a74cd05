type PayoutAsset = 'lamports' | 'micro-usdc'

/** Tables of payouts and anchors, as kysely sees them. Times are epoch milliseconds. */
export interface PayoutTables {
  /** One transaction's worth of payouts, or one anchor memo. */
  payout_batch: {
    id: string
    kind: 'payout' | 'anchor' | 'lane'
    state: 'planned' | 'signed' | 'sent' | 'confirmed' | 'finalized' | 'failed'
    memo: string
    cluster: string
    /** The conversion rate in words; empty for an anchor. */
    rate: string
    failure: string | null
    created_at: number
    updated_at: number
    asset: PayoutAsset
    /** How many operators have to approve before it is signed. */
    approvals_needed: number
  }
  payout_item: {
    id: string
    batch_id: string
    node_id: string
    address: string
    /** What leaves the node's account, fee and rent included. */
    usd_micro: bigint
    /** What arrives, in the smallest unit of the batch's asset. */
    amount: bigint
    fee_micro: bigint
    rent_micro: bigint
    /** What the receiver's token account was expected to cost; 0 if it was there. */
    rent_lamports: bigint
    claim_id: string | null
    /** Where it is not that of the batch. */
    rate: string | null
  }
  /** How a node is paid, where its owner has said. */
  payout_terms: { node_id: string; asset: PayoutAsset; automatic: number; minimum_micro: bigint | null; changed_at: number }
  /** What was offered, until it is claimed or has expired. */
  payout_quote: {
    id: string
    node_id: string
    asset: PayoutAsset
    address: string
    usd_micro: bigint
    fee_micro: bigint
    fee_lamports: bigint
    rent_micro: bigint
    rent_lamports: bigint
    amount: bigint
    sol_usd_micro: bigint
    rate: string
    expires_at: number
  }
  /** Its money is on its way from the moment it is here. */
  payout_claim: {
    id: string
    node_id: string
    quote_id: string
    payout_id: string
    created_at: number
    planned_at: number | null
    failure: string | null
  }
  /** One row while payouts are paused. */
  payout_pause: { id: number; reason: string; paused_by: string; since: number }
  payout_approval: { batch_id: string; operator: string; at: number }
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
    /** `raised`: another attempt on the same nonce offers more; one of the two may land. */
    state: 'signed' | 'sent' | 'confirmed' | 'raised' | 'finalized' | 'failed' | 'expired'
    lane: string | null
    nonce: string | null
  }
  payout_refusal: { address: string; reason: string; until: number }
  /** What each node was told last about its address; nothing once that could be paid. */
  payout_refusal_told: { node_id: string; address: string; reason: string }
}
