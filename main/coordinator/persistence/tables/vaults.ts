/** Tables of protected jobs. Times are epoch milliseconds, amounts micro-USDC. */
export interface VaultTables {
  vault: {
    job_id: string
    requester_id: string
    state: 'waiting' | 'funded' | 'releasing' | 'released' | 'expired' | 'cancelled' | 'written-off'
    wallet: string
    coordinator: string
    arbiter: string
    mint: string
    multisig: string
    account: string
    due_amount: bigint
    created_at: number
    expires_at: number
  }
  vault_release: {
    /** That of the transaction: of who signed first. */
    signature: string
    job_id: string
    signed_by: 'requester' | 'arbiter'
    /** The signed transaction, base64. */
    raw: string
    /** It can land while the block height is at most this. */
    last_height: number
    paid_amount: bigint
    returned_amount: bigint
    state: 'sent' | 'final' | 'dead'
    at: number
  }
}
