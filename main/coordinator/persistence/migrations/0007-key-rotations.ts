import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('node_key_rotation')
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull().unique())
    .addColumn('public_jwk', 'text', (column) => column.notNull())
    .addColumn('body_sha256', 'text', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_key_rotation_pk', ['node_id', 'seq'])
    .execute()
  await db.schema.alterTable('receipt').addColumn('rotations', 'text').execute()
}
