import type { Db } from '../persistence/database.ts'

/** All SQL on whose nodes are whose: one owner's are in one fleet, or are paid to one address. */
export const createOwnersStore = (db: Db) => ({
  /** These nodes and all others of their owners; at most a thousand are asked about. */
  async alongside(nodeIds: readonly string[]): Promise<Set<string>> {
    if (nodeIds.length === 0) return new Set()
    const inFleet = await db
      .selectFrom('fleet_member as one')
      .innerJoin('fleet_member as other', 'other.fleet_id', 'one.fleet_id')
      .select('other.node_id as nodeId')
      .where('one.node_id', 'in', nodeIds)
      .execute()
    const paidAlike = await db
      .selectFrom('node as one')
      .innerJoin('node as other', 'other.payout_address', 'one.payout_address')
      .select('other.id as nodeId')
      .where('one.id', 'in', nodeIds)
      .execute()
    return new Set([...nodeIds, ...[...inFleet, ...paidAlike].map(({ nodeId }) => nodeId)])
  },
})
