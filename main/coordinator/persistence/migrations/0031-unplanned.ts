import { type Kysely, sql } from 'kysely'

/** Whether a job waits that nobody has planned is asked every second; it leads with what is asked for, or SQLite would walk the whole queue. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX job_unplanned ON job (blocked, planned_at) WHERE state IN ('queued', 'planned')`.execute(db)
}
