import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('challenge')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('proof_id', 'text', (column) => column.notNull().references('proof.id'))
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('asked_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('answer_sha256', 'text')
    .addColumn('message', 'text')
    .addColumn('figures', 'text')
    .execute()
  await db.schema.createIndex('challenge_of_proof').on('challenge').columns(['proof_id', 'asked_at']).execute()
  await db.schema.createIndex('challenge_of_node').on('challenge').columns(['node_id', 'state']).execute()
  await db.schema.createIndex('challenge_due').on('challenge').columns(['due_at']).execute()
}
