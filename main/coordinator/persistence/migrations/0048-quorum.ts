import { type Kysely, sql } from 'kysely'

/** Jobs of which several results are compared, how far nodes are trusted with theirs, and jobs whose answer is known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Which result it is at: one more than wait to be compared.
  await db.schema
    .alterTable('job')
    .addColumn('copy', 'bigint', (column) => column.notNull().defaultTo(1))
    .execute()
  await db.schema
    .alterTable('job')
    .addColumn('agree', 'bigint', (column) => column.notNull().defaultTo(1))
    .execute()
  await db.schema.alterTable('job').addColumn('confirm_by', 'bigint').execute()
  // The only node that may do it, of a job that is there to try that one.
  await db.schema.alterTable('job').addColumn('pinned_to', 'text').execute()
  await sql`CREATE INDEX job_confirm ON job (confirm_by) WHERE confirm_by IS NOT NULL`.execute(db)
  await db.schema
    .alterTable('proof')
    .addColumn('copy', 'bigint', (column) => column.notNull().defaultTo(1))
    .execute()
  await createResults(db)
  await createCanaries(db)
}

async function createResults(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_result')
    .addColumn('proof_id', 'text', (column) => column.primaryKey().references('proof.id'))
    .addColumn('job_id', 'text', (column) => column.notNull().references('job.id'))
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('lease_id', 'text', (column) => column.notNull())
    .addColumn('copy', 'bigint', (column) => column.notNull())
    .addColumn('output_sha256', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('agree', 'bigint', (column) => column.notNull())
    .addColumn('output_gone', 'integer', (column) => column.notNull())
    .addUniqueConstraint('job_result_copy', ['job_id', 'copy'])
    .execute()
  await sql`CREATE INDEX job_result_kept ON job_result (at) WHERE output_gone = 0`.execute(db)
  // By requester, since who submits jobs says how their results compare, and may be in league with a node.
  await db.schema
    .createTable('node_validity')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('requester_id', 'text', (column) => column.notNull())
    .addColumn('image', 'text', (column) => column.notNull())
    .addColumn('consecutive', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_validity_pk', ['node_id', 'requester_id', 'image'])
    .execute()
  // What a requester's compared jobs have brought the platform, less what it spent on having them repeated.
  await db.schema
    .createTable('requester_repeats')
    .addColumn('requester_id', 'text', (column) => column.primaryKey())
    .addColumn('net_micro', 'bigint', (column) => column.notNull())
    .execute()
}

async function createCanaries(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('canary')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('spec', 'text', (column) => column.notNull())
    .addColumn('output_sha256', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addColumn('removed_at', 'bigint')
    .execute()
  await db.schema
    .createTable('canary_job')
    .addColumn('job_id', 'text', (column) => column.primaryKey().references('job.id'))
    .addColumn('canary_id', 'text', (column) => column.notNull().references('canary.id'))
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('given_at', 'bigint', (column) => column.notNull())
    .addColumn('verdict', 'text')
    .execute()
  await db.schema.createIndex('canary_of_node').on('canary_job').columns(['node_id', 'given_at']).execute()
}
