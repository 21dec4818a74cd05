import type { Kysely } from 'kysely'

/** How far what an attempt did is saved, epoch ms; of attempts that ended before, nobody knows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('attempt').addColumn('saved_at', 'bigint').execute()
  await db.schema.createIndex('job_deadline').on('job').columns(['state', 'deadline_at']).execute()
}
