import type { SoftSignalKind } from '../../../../shared/domain/soft-signals.ts'

/** Tables of what is unlikely about proofs, as kysely sees them. Times are epoch milliseconds. */
export interface SignalTables {
  /** Ids rise with time. */
  node_signal: { id: string; node_id: string; proof_id: string; job_id: string; kind: SoftSignalKind; message: string; at: number }
  /** A few results of each owner for each kind of work; `work` is a hash, `owner` a fleet or a node in none. */
  energy_sample: { work: string; owner: string; slot: number; per_unit_j: number; at: number }
}
