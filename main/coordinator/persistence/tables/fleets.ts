/** Tables of fleets, as kysely sees them. Times are epoch milliseconds. */
export interface FleetTables {
  /** `name` is how an operator calls its owner; no two have the same. */
  fleet: { id: string; created_at: number; name: string | null }
  /** The primary key is the node: it is in one fleet at most. */
  fleet_member: { node_id: string; fleet_id: string; joined_at: number }
  /** `used_by` is null until somebody joins by it. */
  fleet_invite: { code_hash: string; fleet_id: string; created_by: string; expires_at: number; used_by: string | null }
}
