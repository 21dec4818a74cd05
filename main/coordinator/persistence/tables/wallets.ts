import type { AddressSource } from '../../../../shared/contract/wallet.ts'

/** Tables of addresses that change and of wallets that are linked. Times are epoch milliseconds. */
export interface WalletTables {
  /** At most one for each node: the address that takes over, and when. */
  payout_address_change: { node_id: string; address: string; source: AddressSource; requested_at: number; effective_at: number }
  wallet_link: {
    id: string
    node_id: string
    /** The random part of the page's address. Without the owner's word on the node an answer to it changes nothing. */
    secret: string
    nonce: string
    /** As it was when the text was issued: what the wallet signs names this place. */
    origin: string
    chain_id: string
    device_jwk: string
    issued_at: number
    expires_at: number
    /** What is past `expires_at` in one of the first two is over. */
    state: 'waiting' | 'signed' | 'linked' | 'declined' | 'cancelled'
    address: string | null
    /** base64, both; kept as the evidence of a link. */
    wallet_signature: string | null
    device_signature: string | null
  }
}
