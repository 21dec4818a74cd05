import { type Kysely, sql } from 'kysely'

/** Vaults of protected jobs, and the transactions that empty them: kept before they are sent, one at a time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('vault')
    .addColumn('job_id', 'text', (column) => column.primaryKey())
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('wallet', 'text', (column) => column.notNull())
    .addColumn('coordinator', 'text', (column) => column.notNull())
    .addColumn('arbiter', 'text', (column) => column.notNull())
    .addColumn('mint', 'text', (column) => column.notNull())
    .addColumn('multisig', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('due_amount', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('vault_waiting').on('vault').columns(['state', 'requester_id']).execute()
  await db.schema
    .createTable('vault_release')
    .addColumn('signature', 'text', (column) => column.primaryKey())
    .addColumn('job_id', 'text', (column) => column.notNull().references('vault.job_id'))
    .addColumn('signed_by', 'text', (column) => column.notNull())
    .addColumn('raw', 'text', (column) => column.notNull())
    .addColumn('last_height', 'bigint', (column) => column.notNull())
    .addColumn('paid_amount', 'bigint', (column) => column.notNull())
    .addColumn('returned_amount', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('vault_release_live').unique().on('vault_release').column('job_id').where(sql.ref('state'), 'in', ['sent', 'final']).execute()
}
