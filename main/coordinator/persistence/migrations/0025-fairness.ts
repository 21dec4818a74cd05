import { type Kysely, sql } from 'kysely'

/**
 * Jobs stand in a line by requester. Those that are there already are first in it. Specifications are written with their keys in one order, so
 * that what a job works on can be told from the text.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('requester')
    .addColumn('weight', 'bigint', (column) => column.notNull().defaultTo(100))
    .execute()
  await db.schema
    .alterTable('job')
    .addColumn('place', 'text', (column) => column.notNull().defaultTo('gpu'))
    .execute()
  await db.schema
    .alterTable('job')
    .addColumn('fair_start', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('job')
    .addColumn('best_effort', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await sql`UPDATE job SET place = 'processor' WHERE spec LIKE '%"needs":{"gpus":0,%'`.execute(db)
  await db.schema
    .createTable('fair_share')
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('finish', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('fair_share_key', ['place', 'requester_id'])
    .execute()
  // Only what waits is in them, so that they cost a job nothing once it has been given out.
  await sql`CREATE INDEX job_line ON job (place, requester_id, fair_start) WHERE state IN ('queued', 'planned') AND blocked = 0`.execute(db)
  await sql`CREATE INDEX job_next ON job (place, fair_start) WHERE state IN ('queued', 'planned') AND blocked = 0`.execute(db)
  await sql`CREATE INDEX job_fresh ON job (place, requester_id, priority DESC, deadline_at, id) WHERE state IN ('queued', 'planned') AND blocked = 0 AND planned_at IS NULL`.execute(
    db,
  )
  await sql`CREATE INDEX job_passed_over ON job (place, requester_id, planned_at, id) WHERE state IN ('queued', 'planned') AND blocked = 0 AND planned_at IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX job_served ON job (place, fair_start) WHERE state IN ('leased', 'running', 'verifying')`.execute(db)
}
