import type { Kysely } from 'kysely'

/** Models that jobs may name. A version is what it was when it was added, for good: receipts name it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('model')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('added_by', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_pk', ['name', 'version'])
    .execute()
}
