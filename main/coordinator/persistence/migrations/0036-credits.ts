import { type Kysely, sql } from 'kysely'

/** Receipts whose credits wait to be verified are asked for every minute; the index holds no other. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('credit')
    .addColumn('receipt_id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addColumn('leaf_index', 'bigint', (column) => column.notNull())
    .addColumn('waits', 'bigint', (column) => column.notNull())
    .execute()
  await sql`CREATE INDEX credit_waits ON credit (leaf_index) WHERE waits = 1`.execute(db)
}
