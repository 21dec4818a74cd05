import type { Db, Tx } from '../persistence/database.ts'

export interface Pause {
  readonly reason: string
  readonly by: string
  readonly since: number | null
}

const ONLY = 1

/** All SQL on table `payout_pause`, which has a row while payouts are paused. */
export const createPauseStore = (db: Db | Tx) => ({
  async get(): Promise<Pause | null> {
    const row = await db.selectFrom('payout_pause').selectAll().where('id', '=', ONLY).executeTakeFirst()
    return row ? { reason: row.reason, by: row.paused_by, since: row.since } : null
  },
  async set({ reason, by, since }: { reason: string; by: string; since: number }): Promise<void> {
    const row = { reason, paused_by: by, since }
    await db
      .insertInto('payout_pause')
      .values({ id: ONLY, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute()
  },
  async clear(): Promise<void> {
    await db.deleteFrom('payout_pause').where('id', '=', ONLY).execute()
  },
})
