import type { Kysely } from 'kysely'

/** The operators' hold on payouts: the switch that stops them, and who approved which large batch. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payout_pause')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('paused_by', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('payout_approval')
    .addColumn('batch_id', 'text', (column) => column.notNull().references('payout_batch.id'))
    .addColumn('operator', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('payout_approval_pk', ['batch_id', 'operator'])
    .execute()
}
