import type { Kysely } from 'kysely'

/** What an operator gives out so that machines may enrol, and owners with a name: an owner is a fleet. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('fleet').addColumn('name', 'text').execute()
  await db.schema.createIndex('fleet_name').unique().on('fleet').column('name').execute()
  await db.schema
    .createTable('enrolment_token')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_sha256', 'text', (column) => column.notNull().unique())
    .addColumn('fleet_id', 'text', (column) => column.references('fleet.id'))
    .addColumn('created_by', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('uses', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  await db.schema.createIndex('enrolment_token_newest').on('enrolment_token').columns(['created_at', 'id']).execute()
  await db.schema
    .createTable('enrolment_token_use')
    .addColumn('token_id', 'text', (column) => column.notNull().references('enrolment_token.id'))
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('enrolment_token_use_pk', ['token_id', 'node_id'])
    .execute()
}
