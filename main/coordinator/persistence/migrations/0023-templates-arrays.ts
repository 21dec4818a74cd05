import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_template')
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('job_template_key', ['requester_id', 'name', 'version'])
    .execute()
  await db.schema
    .createTable('job_array')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('jobs', 'bigint', (column) => column.notNull())
    .addColumn('submitted_at', 'bigint', (column) => column.notNull())
    .addColumn('request_sha256', 'text', (column) => column.notNull())
    .addColumn('template_name', 'text')
    .addColumn('template_version', 'bigint')
    .execute()
  await db.schema.createIndex('job_array_of_requester').on('job_array').columns(['requester_id', 'submitted_at', 'id']).execute()
  await db.schema.alterTable('job').addColumn('template_name', 'text').execute()
  await db.schema.alterTable('job').addColumn('template_version', 'bigint').execute()
  await db.schema.alterTable('job').addColumn('array_id', 'text').execute()
  await db.schema.alterTable('job').addColumn('array_index', 'bigint').execute()
  // Most jobs are in no array, and cost these indexes nothing.
  await db.schema.createIndex('job_of_array').on('job').columns(['array_id', 'array_index']).where('array_id', 'is not', null).execute()
  await db.schema.createIndex('job_array_state').on('job').columns(['array_id', 'state', 'price_micro']).where('array_id', 'is not', null).execute()
}
