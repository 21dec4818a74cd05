import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('node_availability')
    .addColumn('node_id', 'text', (column) => column.primaryKey().references('node.id'))
    .addColumn('as_of', 'bigint', (column) => column.notNull())
    .addColumn('watched', 'text', (column) => column.notNull())
    .addColumn('willing', 'text', (column) => column.notNull())
    .execute()
}
