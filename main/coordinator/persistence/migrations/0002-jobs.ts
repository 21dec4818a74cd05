import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('spec', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('message', 'text')
    .addColumn('priority', 'bigint', (column) => column.notNull())
    .addColumn('submitted_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('deadline_at', 'bigint', (column) => column.notNull())
    .addColumn('plan', 'text')
    .addColumn('planned_at', 'bigint')
    .addColumn('excluded', 'text', (column) => column.notNull())
    .addColumn('token', 'bigint', (column) => column.notNull())
    .addColumn('output_sha256', 'text')
    .addColumn('receipt_id', 'text')
    .addColumn('price_micro', 'bigint')
    .execute()
  await db.schema.createIndex('job_waiting').on('job').columns(['state', 'priority', 'submitted_at']).execute()
  await db.schema.createIndex('job_of_requester').on('job').columns(['requester_id', 'submitted_at', 'id']).execute()
  await createAttempt(db)
  await createProof(db)
}

async function createAttempt(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('attempt')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('job_id', 'text', (column) => column.notNull().references('job.id'))
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('lease_id', 'text', (column) => column.notNull().unique())
    .addColumn('token', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('leased_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('reason', 'text')
    .addUniqueConstraint('attempt_token', ['job_id', 'token'])
    .execute()
  await db.schema.createIndex('attempt_of_node').on('attempt').columns(['node_id', 'state']).execute()
  await db.schema.createIndex('attempt_open').on('attempt').columns(['state', 'leased_at']).execute()
}

async function createProof(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proof')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('body_sha256', 'text', (column) => column.notNull().unique())
    .addColumn('job_id', 'text', (column) => column.notNull().references('job.id'))
    .addColumn('attempt_id', 'text', (column) => column.notNull().unique().references('attempt.id'))
    .addColumn('lease_id', 'text', (column) => column.notNull())
    .addColumn('receipt_id', 'text', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .addColumn('accepted_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('proof_chain', ['node_id', 'seq'])
    .execute()
  await db.schema
    .createTable('proof_refusal')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('proof_id', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('refused_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('proof_refusal_pk', ['node_id', 'proof_id', 'code'])
    .execute()
}
