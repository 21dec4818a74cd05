import type { Kysely } from 'kysely'

/** What attempts say: `position` counts the bytes an attempt has said, `source` those of one process of its agent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_log')
    .addColumn('attempt_id', 'text', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('length', 'bigint', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('source', 'bigint', (column) => column.notNull())
    .addColumn('said_at', 'bigint', (column) => column.notNull())
    .addColumn('content', 'bytea', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_log_position', ['attempt_id', 'position'])
    .execute()
  await db.schema.createIndex('job_log_said').on('job_log').column('said_at').execute()
}
