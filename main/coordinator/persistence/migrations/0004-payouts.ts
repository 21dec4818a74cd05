import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payout_batch')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('memo', 'text', (column) => column.notNull().unique())
    .addColumn('cluster', 'text', (column) => column.notNull())
    .addColumn('rate', 'text', (column) => column.notNull())
    .addColumn('failure', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('payout_batch_state').on('payout_batch').column('state').execute()
  await createItem(db)
  await createAttempt(db)
  await db.schema
    .createTable('payout_refusal')
    .addColumn('address', 'text', (column) => column.primaryKey())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute()
}

async function createItem(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payout_item')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('batch_id', 'text', (column) => column.notNull().references('payout_batch.id'))
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('usd_micro', 'bigint', (column) => column.notNull())
    .addColumn('due_lamports', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('payout_item_batch').on('payout_item').column('batch_id').execute()
}

async function createAttempt(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payout_attempt')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('batch_id', 'text', (column) => column.notNull().references('payout_batch.id'))
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('signature', 'text', (column) => column.notNull().unique())
    .addColumn('raw', 'text', (column) => column.notNull())
    .addColumn('last_valid_block_height', 'bigint', (column) => column.notNull())
    .addColumn('signed_slot', 'bigint', (column) => column.notNull())
    .addColumn('signed_at', 'bigint', (column) => column.notNull())
    .addColumn('fee_lamports', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addUniqueConstraint('payout_attempt_n', ['batch_id', 'n'])
    .execute()
  await db.schema
    .createIndex('payout_attempt_one_live')
    .unique()
    .on('payout_attempt')
    .column('batch_id')
    .where(sql.ref('state'), 'in', ['signed', 'sent', 'confirmed'])
    .execute()
}
