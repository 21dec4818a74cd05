/** Tables of what requesters pay in on Solana. Times are epoch milliseconds. */
export interface FundingTables {
  funding_request: {
    id: string
    requester_id: string
    asset: 'sol' | 'usdc'
    usd_micro: bigint
    /** Lamports or micro-USDC. */
    due_amount: bigint
    /** In words. */
    rate: string
    recipient: string
    /** Of the token to pay in; null for SOL. */
    mint: string | null
    reference: string
    state: 'waiting' | 'credited' | 'held' | 'returned' | 'expired'
    created_at: number
    expires_at: number
  }
  funding_payment: {
    signature: string
    request_id: string
    state: 'credited' | 'held' | 'returned'
    paid_amount: bigint
    /** By the rate of the request; 0 for what has none. */
    worth_usd_micro: bigint
    credited_usd_micro: bigint
    reason: string | null
    at: number
  }
}
