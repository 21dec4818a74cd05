import type { Kysely } from 'kysely'

/** What is unlikely about proofs, what work has taken on cards of each family, and how many jobs a day a node may do. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('node_signal')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('proof_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('node_signal_of').on('node_signal').columns(['node_id', 'at']).execute()
  await db.schema.createIndex('node_signal_about').on('node_signal').column('proof_id').execute()
  await db.schema.createIndex('node_signal_age').on('node_signal').column('at').execute()
  await db.schema
    .createTable('energy_sample')
    .addColumn('work', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('slot', 'bigint', (column) => column.notNull())
    .addColumn('per_unit_j', 'double precision', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('energy_sample_pk', ['work', 'owner', 'slot'])
    .execute()
  await db.schema.createIndex('energy_sample_age').on('energy_sample').column('at').execute()
  await db.schema.alterTable('node_standing').addColumn('quota', 'bigint').execute()
  await db.schema.alterTable('node_standing').addColumn('results_today', 'bigint').execute()
}
