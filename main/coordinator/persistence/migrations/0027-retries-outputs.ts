import { type Kysely, sql } from 'kysely'

/** When a job that failed by itself is tried again, epoch ms; and of which jobs the output is no longer kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('job').addColumn('retry_at', 'bigint').execute()
  await db.schema
    .alterTable('job')
    .addColumn('output_gone', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  // Only what waits is in them.
  await sql`CREATE INDEX job_retry ON job (retry_at) WHERE retry_at IS NOT NULL`.execute(db)
  await sql`CREATE INDEX job_output ON job (updated_at) WHERE output_sha256 IS NOT NULL AND output_gone = 0`.execute(db)
  await sql`CREATE INDEX job_output_alike ON job (output_sha256) WHERE output_sha256 IS NOT NULL AND output_gone = 0`.execute(db)
}
