import { type Kysely, sql } from 'kysely'

/** Payouts in more than one asset, and what receivers bear of their cost; how each node is paid; quotes and claims. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('payout_batch')
    .addColumn('asset', 'text', (column) => column.notNull().defaultTo('lamports'))
    .execute()
  await db.schema
    .alterTable('payout_batch')
    .addColumn('approvals_needed', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema.createIndex('payout_batch_created').on('payout_batch').column('created_at').execute()
  await extendItems(db)
  await createTerms(db)
  await createClaims(db)
}

async function extendItems(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('payout_item').renameColumn('due_lamports', 'amount').execute()
  for (const name of ['fee_micro', 'rent_micro', 'rent_lamports'])
    await db.schema
      .alterTable('payout_item')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
  // The rate of a claim is that of its quote; of the others that of their batch.
  for (const name of ['claim_id', 'rate']) await db.schema.alterTable('payout_item').addColumn(name, 'text').execute()
  await sql`CREATE UNIQUE INDEX payout_item_claim ON payout_item (claim_id) WHERE claim_id IS NOT NULL`.execute(db)
}

async function createTerms(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payout_terms')
    .addColumn('node_id', 'text', (column) => column.primaryKey())
    .addColumn('asset', 'text', (column) => column.notNull())
    .addColumn('automatic', 'integer', (column) => column.notNull())
    .addColumn('minimum_micro', 'bigint')
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute()
}

async function createClaims(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payout_quote')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('asset', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('usd_micro', 'bigint', (column) => column.notNull())
    .addColumn('fee_micro', 'bigint', (column) => column.notNull())
    .addColumn('fee_lamports', 'bigint', (column) => column.notNull())
    .addColumn('rent_micro', 'bigint', (column) => column.notNull())
    .addColumn('rent_lamports', 'bigint', (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addColumn('sol_usd_micro', 'bigint', (column) => column.notNull())
    .addColumn('rate', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('payout_quote_expiry').on('payout_quote').column('expires_at').execute()
  await db.schema
    .createTable('payout_claim')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('quote_id', 'text', (column) => column.notNull().unique().references('payout_quote.id'))
    .addColumn('payout_id', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    // Both null until it is in a batch, or cannot be.
    .addColumn('planned_at', 'bigint')
    .addColumn('failure', 'text')
    .execute()
  await db.schema.createIndex('payout_claim_node').on('payout_claim').columns(['node_id', 'created_at']).execute()
  await sql`CREATE INDEX payout_claim_waiting ON payout_claim (created_at) WHERE planned_at IS NULL`.execute(db)
}
