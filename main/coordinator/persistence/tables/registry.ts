/** Tables of the registry, as kysely sees them. Times are epoch milliseconds; JSON travels as text. */
export interface RegistryTables {
  node: {
    /** RFC 7638 thumbprint of the first device key. */
    id: string
    /** The first device key. */
    public_jwk: string
    state: 'active' | 'quarantined'
    state_reason: string | null
    payout_address: string | null
    enrolled_at: number
    /** Sequence number of the newest event of this node, 0 at first. */
    last_event: number
  }
  node_capabilities: { node_id: string; version: number; body: string; recorded_at: number }
  node_payout_address: { node_id: string; version: number; address: string; recorded_at: number }
  /** `seq` counts from 1; `public_jwk` is the key that takes over. */
  node_key_rotation: {
    node_id: string
    seq: number
    key_id: string
    public_jwk: string
    body_sha256: string
    envelope: string
    recorded_at: number
  }
  /** Milliseconds by hour of the local week, as JSON lists of 168; `as_of` is when they count in full. */
  node_availability: { node_id: string; as_of: number; watched: string; willing: string }
  node_event: { node_id: string; seq: number; at: number; body: string }
  requester: { id: string; name: string; created_at: number }
  api_key: { sha256: string; prefix: string; requester_id: string; created_at: number; revoked_at: number | null }
}
