/** Tables of the inbox that several coordinators share, as kysely sees them. Times are epoch milliseconds. */
export interface ProofInboxTables {
  /** `kept_at` is the time of the database, by which it is told what another coordinator did not get to. */
  proof_inbox: {
    seq: number
    digest: string
    node_id: string
    received_at: number
    kept_at: number
    replica_id: string
    bytes: number
    body: Uint8Array
  }
  /** One row: the last place that was given. Whoever appends holds it until its commit, so places rise in the order of commits. */
  proof_inbox_place: { id: number; last: number }
}
