import type { Generated } from 'kysely'
import type { AttestationVerdict } from '../../../../shared/contract/attestation.ts'
import type { NodeState } from '../../../../shared/contract/node.ts'
import type { AddressSource } from '../../../../shared/contract/wallet.ts'

/** Tables of the registry, as kysely sees them. Times are epoch milliseconds; JSON travels as text. */
export interface RegistryTables {
  node: {
    /** RFC 7638 thumbprint of the first device key. */
    id: string
    /** The first device key. */
    public_jwk: string
    state: NodeState
    state_reason: string | null
    /** When it came into this state; null for one that never changed before states had a time. */
    state_since: number | null
    /** When a quarantine ends by itself; null for one that an operator ends, and in every other state. */
    quarantined_until: number | null
    payout_address: string | null
    /** What the agent was last started with: said again, it asks for nothing. */
    payout_setting: Generated<string | null>
    enrolled_at: number
    /** Sequence number of the newest event of this node, 0 at first. */
    last_event: number
    /** Where it is, as it said last; null for one that was erased. */
    zone: Generated<string | null>
  }
  /** The models of its GPUs, each once, with when it enrolled, since it is listed by that. */
  node_gpu: { node_id: string; name: string; enrolled_at: number }
  node_capabilities: { node_id: string; version: number; body: string; recorded_at: number }
  /** `source` is null for one that is older than the column. */
  node_payout_address: { node_id: string; version: number; address: string; recorded_at: number; source: Generated<AddressSource | null> }
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
  /** `faults` is a JSON object of counts. */
  node_standing: {
    node_id: string
    as_of: number
    good: number
    bad: number
    in_row: number
    clean: number
    quarantines: number
    jobs: number
    energy_j: number
    solar_j: number
    faults: string
    /** Results that it may have in a day, and those of the day of `as_of` (UTC); null for what is older than the columns. */
    quota: Generated<number | null>
    results_today: Generated<number | null>
  }
  /** `evidence` is JSON. */
  node_attestation: {
    node_id: string
    version: number
    recorded_at: number
    key_id: string
    verdict: AttestationVerdict
    reason: string
    evidence: string
  }
  /** What an operator says about the connection of a machine to the grid, as JSON. */
  site: { node_id: string; body: string; said_by: string; said_at: number }
  node_event: { node_id: string; seq: number; at: number; body: string }
  enrolment_token: {
    id: string
    token_sha256: string
    fleet_id: string | null
    created_by: string
    created_at: number
    expires_at: number
    uses: number
    used: number
    revoked_at: number | null
  }
  enrolment_token_use: { token_id: string; node_id: string; used_at: number }
  /** `weight`: its share of the places that many ask for; 100 is the usual one. */
  requester: { id: string; name: string; created_at: number; weight: Generated<number> }
  api_key: {
    sha256: string
    prefix: string
    requester_id: string
    label: string | null
    /** What it may do, as JSON; `null`: all that its account may. */
    may: string | null
    /** `null`: from before keys were kept apart. */
    created_by: string | null
    created_at: number
    expires_at: number | null
    /** To the hour. */
    last_used_at: number | null
    revoked_at: number | null
    revoked_by: string | null
  }
}
