import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on tables `payout_refusal`, addresses that are left alone for a while, and `payout_refusal_told`, which nodes know of it. */
export function createRefusalsStore(db: Db | Tx) {
  return {
    async refuse(address: string, reason: string, until: number): Promise<void> {
      await db
        .insertInto('payout_refusal')
        .values({ address, reason, until })
        .onConflict((conflict) => conflict.column('address').doUpdateSet({ reason, until }))
        .execute()
    },
    async refusedAt(at: number): Promise<Set<string>> {
      const rows = await db.selectFrom('payout_refusal').select('address').where('until', '>', at).execute()
      return new Set(rows.map((row) => row.address))
    },
    /** `known`: this is what the node was told last. */
    async tell(nodeId: string, address: string, reason: string): Promise<'news' | 'known'> {
      const told = await db.selectFrom('payout_refusal_told').selectAll().where('node_id', '=', nodeId).executeTakeFirst()
      if (told?.address === address && told.reason === reason) return 'known'
      await db
        .insertInto('payout_refusal_told')
        .values({ node_id: nodeId, address, reason })
        .onConflict((conflict) => conflict.column('node_id').doUpdateSet({ address, reason }))
        .execute()
      return 'news'
    },
    /** The address can be paid now: another refusal of it would be news. */
    async forget(address: string): Promise<void> {
      await db.deleteFrom('payout_refusal_told').where('address', '=', address).execute()
    },
  }
}
