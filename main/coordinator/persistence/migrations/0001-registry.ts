import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('node')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('public_jwk', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('state_reason', 'text')
    .addColumn('payout_address', 'text')
    .addColumn('enrolled_at', 'bigint', (column) => column.notNull())
    .addColumn('last_event', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('node_capabilities')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_capabilities_pk', ['node_id', 'version'])
    .execute()
  await db.schema
    .createTable('node_payout_address')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_payout_address_pk', ['node_id', 'version'])
    .execute()
  await db.schema
    .createTable('node_event')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_event_pk', ['node_id', 'seq'])
    .execute()
  await createAccess(db)
  await createDecision(db)
}

async function createAccess(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('requester')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('api_key')
    .addColumn('sha256', 'text', (column) => column.primaryKey())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('requester_id', 'text', (column) => column.notNull().references('requester.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
}

async function createDecision(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('decision')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('prev_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .execute()
}
