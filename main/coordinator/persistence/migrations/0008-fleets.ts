import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('fleet')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('fleet_member')
    .addColumn('node_id', 'text', (column) => column.primaryKey().references('node.id'))
    .addColumn('fleet_id', 'text', (column) => column.notNull().references('fleet.id'))
    .addColumn('joined_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('fleet_member_fleet').on('fleet_member').column('fleet_id').execute()
  await db.schema
    .createTable('fleet_invite')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('fleet_id', 'text', (column) => column.notNull().references('fleet.id'))
    .addColumn('created_by', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('used_by', 'text', (column) => column.references('node.id'))
    .execute()
}
