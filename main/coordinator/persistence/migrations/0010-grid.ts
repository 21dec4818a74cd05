import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('grid_issue')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('zone', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('body_sha256', 'text', (column) => column.notNull())
    .addColumn('signal', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('grid_issue_newest').on('grid_issue').columns(['zone', 'kind', 'provider', 'received_at']).execute()
  await db.schema.createIndex('grid_issue_age').on('grid_issue').column('received_at').execute()
  await db.schema
    .createTable('grid_value')
    .addColumn('zone', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('from_at', 'bigint', (column) => column.notNull())
    .addColumn('known_at', 'bigint', (column) => column.notNull())
    .addColumn('to_at', 'bigint', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('issue_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('grid_value_key', ['zone', 'kind', 'provider', 'from_at', 'known_at'])
    .execute()
}
