import type { Kysely } from 'kysely'

/** How each address of a node came about, the one that waits to take over, and attempts to link a wallet by its signature. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('node').addColumn('payout_setting', 'text').execute()
  await db.schema.alterTable('node_payout_address').addColumn('source', 'text').execute()
  await db.schema
    .createTable('payout_address_change')
    .addColumn('node_id', 'text', (column) => column.primaryKey().references('node.id'))
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('requested_at', 'bigint', (column) => column.notNull())
    .addColumn('effective_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('wallet_link')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('secret', 'text', (column) => column.notNull().unique())
    .addColumn('nonce', 'text', (column) => column.notNull().unique())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('chain_id', 'text', (column) => column.notNull())
    .addColumn('device_jwk', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('address', 'text')
    .addColumn('wallet_signature', 'text')
    .addColumn('device_signature', 'text')
    .execute()
  await db.schema.createIndex('wallet_link_node').on('wallet_link').columns(['node_id', 'state']).execute()
}
