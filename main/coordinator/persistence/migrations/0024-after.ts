import type { Kysely } from 'kysely'

/** Jobs and whole arrays that wait for jobs and whole arrays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_after')
    .addColumn('waiter_kind', 'text', (column) => column.notNull())
    .addColumn('waiter_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('ends', 'text', (column) => column.notNull())
    .addColumn('due', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_after_key', ['waiter_kind', 'waiter_id', 'kind', 'id'])
    .execute()
  await db.schema.createIndex('job_after_of').on('job_after').columns(['kind', 'id']).execute()
  await db.schema.createIndex('job_after_due').on('job_after').columns(['due', 'waiter_kind', 'waiter_id']).where('due', '=', 1).execute()
  await db.schema
    .alterTable('job')
    .addColumn('blocked', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
