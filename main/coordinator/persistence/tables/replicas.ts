/** Tables by which coordinators that share a database know of each other, as kysely sees them. Times are the database's own, epoch ms. */
export interface ReplicaTables {
  /** `session` is another one each time it starts; `shared` is JSON of what all replicas must have in common. */
  replica: { id: string; session: string; url: string; version: string; shared: string; started_at: number; seen_at: number }
  /** Who holds the socket of a node, `null` once it is closed. `seq` rises with every change of any row. */
  agent_line: { node_id: string; replica_id: string | null; seq: number }
  /** What was heard of a node last, by whom; `body` is JSON. */
  agent_presence: { node_id: string; replica_id: string; seq: number; heard_at: number; body: string }
  /** What one replica asks another to do; `body` is JSON. Gone once it is done. */
  replica_order: { seq: number; replica_id: string; at: number; body: string }
  /** Which checkpoint is arriving under a lease, so that nobody tidies it away before its job speaks of it. */
  checkpoint_arrival: { lease_id: string; sha256: string; at: number }
  /** Enrolment challenges that were answered, until they expire. */
  redeemed_challenge: { challenge_sha256: string; expires_at: number }
}
