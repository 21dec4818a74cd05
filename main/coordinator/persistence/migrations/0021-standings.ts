import type { Kysely } from 'kysely'

/** How nodes have worked so far, what they showed of where their keys live, and since when each is in the state that it is in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('node').addColumn('state_since', 'bigint').execute()
  await db.schema.alterTable('node').addColumn('quarantined_until', 'bigint').execute()
  await db.schema.createIndex('node_state').on('node').columns(['state', 'state_since']).execute()
  await db.schema.createIndex('node_changed').on('node').column('state_since').execute()
  await db.schema.createIndex('node_capabilities_changed').on('node_capabilities').column('recorded_at').execute()
  await db.schema.createIndex('node_newest').on('node').columns(['enrolled_at', 'id']).execute()
  await db.schema
    .createTable('node_standing')
    .addColumn('node_id', 'text', (column) => column.primaryKey().references('node.id'))
    .addColumn('as_of', 'bigint', (column) => column.notNull())
    .addColumn('good', 'double precision', (column) => column.notNull())
    .addColumn('bad', 'double precision', (column) => column.notNull())
    .addColumn('in_row', 'bigint', (column) => column.notNull())
    .addColumn('clean', 'bigint', (column) => column.notNull())
    .addColumn('quarantines', 'bigint', (column) => column.notNull())
    .addColumn('jobs', 'bigint', (column) => column.notNull())
    .addColumn('energy_j', 'double precision', (column) => column.notNull())
    .addColumn('solar_j', 'double precision', (column) => column.notNull())
    .addColumn('faults', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('node_attestation')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('evidence', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_attestation_pk', ['node_id', 'version'])
    .execute()
  await db.schema.createIndex('node_standing_changed').on('node_standing').column('as_of').execute()
}
