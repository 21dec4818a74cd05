import type { Db } from '../persistence/database.ts'

/** All SQL on whose nodes are whose: one owner's are in one fleet, or are paid to one address. */
export const createOwnersStore = (db: Db) => ({
  /** For each of these nodes, itself and all others of its owner; at most a thousand are asked about. */
  async alongside(nodeIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    if (nodeIds.length === 0) return new Map()
    const inFleet = await db
      .selectFrom('fleet_member as one')
      .innerJoin('fleet_member as other', 'other.fleet_id', 'one.fleet_id')
      .select(['one.node_id as asked', 'other.node_id as nodeId'])
      .where('one.node_id', 'in', nodeIds)
      .execute()
    const paidAlike = await db
      .selectFrom('node as one')
      .innerJoin('node as other', 'other.payout_address', 'one.payout_address')
      .select(['one.id as asked', 'other.id as nodeId'])
      .where('one.id', 'in', nodeIds)
      .execute()
    const alike = new Map(nodeIds.map((nodeId) => [nodeId, new Set([nodeId])]))
    for (const { asked, nodeId } of [...inFleet, ...paidAlike]) alike.get(asked)?.add(nodeId)
    return alike
  },
})
