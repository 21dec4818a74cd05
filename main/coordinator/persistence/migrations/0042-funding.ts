import type { Kysely } from 'kysely'

/** What requesters were asked to pay on Solana, and what arrived. A transaction counts once, whatever it refers to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('funding_request')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('asset', 'text', (column) => column.notNull())
    .addColumn('usd_micro', 'bigint', (column) => column.notNull())
    .addColumn('due_amount', 'bigint', (column) => column.notNull())
    .addColumn('rate', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('mint', 'text')
    .addColumn('reference', 'text', (column) => column.notNull().unique())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('funding_request_of').on('funding_request').columns(['requester_id', 'created_at']).execute()
  await db.schema.createIndex('funding_request_watched').on('funding_request').columns(['expires_at']).execute()
  await db.schema
    .createTable('funding_payment')
    .addColumn('signature', 'text', (column) => column.primaryKey())
    .addColumn('request_id', 'text', (column) => column.notNull().references('funding_request.id'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('paid_amount', 'bigint', (column) => column.notNull())
    .addColumn('worth_usd_micro', 'bigint', (column) => column.notNull())
    .addColumn('credited_usd_micro', 'bigint', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('funding_payment_request').on('funding_payment').column('request_id').execute()
}
