import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on table `payout_refusal`: addresses that are left alone for a while, and why. */
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
  }
}
