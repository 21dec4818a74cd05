import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on table `requester_repeats`: what a requester's compared jobs have brought the platform, less what it spent on having them repeated. Micro-USD. */
export const createAllowanceStore = (db: Db | Tx) => ({
  async net(requesterId: string): Promise<bigint> {
    const row = await db.selectFrom('requester_repeats').select('net_micro').where('requester_id', '=', requesterId).executeTakeFirst()
    return row?.net_micro ?? 0n
  },
  /** Returns what it comes to. */
  async add(requesterId: string, micro: bigint): Promise<bigint> {
    const row = await db
      .insertInto('requester_repeats')
      .values({ requester_id: requesterId, net_micro: micro })
      .onConflict((conflict) => conflict.column('requester_id').doUpdateSet((eb) => ({ net_micro: eb('requester_repeats.net_micro', '+', micro) })))
      .returning('net_micro')
      .executeTakeFirstOrThrow()
    return row.net_micro
  },
})
