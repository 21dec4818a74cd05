import { sql } from 'kysely'
import type { Db, Tx } from '../persistence/database.ts'
import { engineOf } from '../persistence/transact.ts'
import { SHARDS, type ShardName, type Standing } from './shard-machine.ts'

const isShard = (id: string): id is ShardName => (SHARDS as readonly string[]).includes(id)

/** What the database's own clock shows, epoch ms. */
export async function databaseTime(db: Db | Tx): Promise<number> {
  const { rows } = await sql<{ now: number }>`SELECT ${sql.raw(engineOf(db).now)} AS now`.execute(db)
  return Number(rows[0]?.now)
}

/** All SQL on table `shard`. */
export function createShardsStore(db: Db | Tx) {
  return {
    /** Every shard there is, in the order of {@link SHARDS}; one that nobody ever had is free. */
    async all(): Promise<Standing[]> {
      const rows = await db.selectFrom('shard').selectAll().execute()
      const known = new Map(rows.flatMap(({ id, owner, epoch, until }) => (isShard(id) ? [[id, { owner, epoch, until }] as const] : [])))
      return SHARDS.map((shard) => ({ shard, ...(known.get(shard) ?? { owner: null, epoch: 0, until: 0 }) }))
    },
    async save({ shard, ...standing }: Standing): Promise<void> {
      await db
        .insertInto('shard')
        .values({ id: shard, ...standing })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(standing))
        .execute()
    },
  }
}
