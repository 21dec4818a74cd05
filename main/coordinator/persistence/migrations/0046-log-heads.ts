import { type Kysely, sql } from 'kysely'

/** A tree head is signed in every epoch, whether or not the log has grown, and a leaf is found by its hash. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('epoch_head')
    .addColumn('epoch', 'bigint', (column) => column.primaryKey())
    .addColumn('tree_size', 'bigint', (column) => column.notNull())
    .addColumn('log_id', 'text', (column) => column.notNull())
    .addColumn('root_hash', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('log_leaf_hash').on('log_node').column('hash').where(sql<boolean>`position % 2`, '=', sql.lit(0)).execute()
}
