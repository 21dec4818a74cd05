import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ledger_transaction')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('ledger_transfer')
    .addColumn('transaction_id', 'text', (column) => column.notNull().references('ledger_transaction.id'))
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('from_account', 'text', (column) => column.notNull())
    .addColumn('to_account', 'text', (column) => column.notNull())
    .addColumn('asset', 'text', (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_transfer_pk', ['transaction_id', 'n'])
    .addCheckConstraint('ledger_transfer_amount', sql`amount > 0`)
    .addCheckConstraint('ledger_transfer_accounts', sql`from_account <> to_account`)
    .execute()
  await db.schema
    .createTable('ledger_balance')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('asset', 'text', (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addColumn('overdraft', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_balance_pk', ['account', 'asset'])
    .addCheckConstraint('ledger_balance_amount', sql`amount >= 0 OR overdraft = 1`)
    .execute()
}
