import type { Origin } from '../../../../shared/contract/wire.ts'
import type { MeterMethod } from '../../../../shared/domain/energy-proof.ts'

/** Tables of the receipts feature, as kysely sees them. Times are epoch milliseconds, hashes base64; JSON travels as text. */
export interface ReceiptTables {
  receipt: {
    id: string
    leaf_index: number
    job_id: string
    node_id: string
    zone: string
    issued_at: number
    energy_wh: number
    emissions_g: number
    attributed_saving_g: number
    origin: Origin
    recorded_on: string | null
    method: MeterMethod
    envelope: string
    proofs: string
    keys: string
    /** Statements that lead to the key of the proofs; null for the key the node is named after. */
    rotations: string | null
    /** Whose job it was; null for one that is not known any more. The rest is null where the text of a receipt cannot be read. */
    requester_id: string | null
    model_id: string | null
    /** Hex SHA-256 of the signed body, and of the output it names. */
    body_sha256: string | null
    output_sha256: string | null
    /** When the first of its intervals begins and the last one ends. */
    started_at: number | null
    ended_at: number | null
    gpu_hours: number | null
  }
  /** Every key that receipts were ever signed with. */
  receipt_key: { key_id: string; public_jwk: string; since: number }
  /** Hashes of complete subtrees by in-order position; written once, never changed. */
  log_node: { position: number; hash: string }
  tree_head: { tree_size: number; log_id: string; root_hash: string; at: number; envelope: string }
  /** Heads that were signed because an epoch had begun, by when it did; the log need not have grown. */
  epoch_head: { epoch: number; tree_size: number; log_id: string; root_hash: string; at: number; envelope: string }
  /** One memo per row. `signature` is null until its transaction is final. */
  anchor: { tree_size: number; memo: string; planned_at: number; cluster: string | null; signature: string | null; anchored_at: number | null }
}
