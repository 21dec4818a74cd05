import type { Kysely } from 'kysely'

interface After {
  writer: { id: number }
}

/** The row that a transaction locks so that nobody else writes meanwhile, and who owns which part of the coordinator's work since which epoch. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('writer')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .execute()
  await (db as Kysely<After>).insertInto('writer').values({ id: 1 }).execute()
  await db.schema
    .createTable('shard')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text')
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute()
}
