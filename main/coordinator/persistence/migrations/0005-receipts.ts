import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('receipt')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('leaf_index', 'bigint', (column) => column.notNull().unique())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('zone', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('energy_wh', 'double precision', (column) => column.notNull())
    .addColumn('emissions_g', 'double precision', (column) => column.notNull())
    .addColumn('attributed_saving_g', 'double precision', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .addColumn('proofs', 'text', (column) => column.notNull())
    .addColumn('keys', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('receipt_once').unique().on('receipt').columns(['job_id', 'node_id']).execute()
  await db.schema
    .createTable('log_node')
    .addColumn('position', 'bigint', (column) => column.primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('tree_head')
    .addColumn('tree_size', 'bigint', (column) => column.primaryKey())
    .addColumn('log_id', 'text', (column) => column.notNull())
    .addColumn('root_hash', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('anchor')
    .addColumn('tree_size', 'bigint', (column) => column.primaryKey().references('tree_head.tree_size'))
    .addColumn('memo', 'text', (column) => column.notNull())
    .addColumn('planned_at', 'bigint', (column) => column.notNull())
    .addColumn('cluster', 'text')
    .addColumn('signature', 'text')
    .addColumn('anchored_at', 'bigint')
    .execute()
}
