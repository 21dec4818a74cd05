import { type Kysely, sql } from 'kysely'

/**
 * What nodes handed in and nobody has looked at yet, where several coordinators share a database. One with a database of its own keeps it in a file
 * beside that instead, and leaves this empty.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proof_inbox')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull().unique())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('kept_at', 'bigint', (column) => column.notNull())
    .addColumn('replica_id', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('body', sql`bytea`, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('proof_inbox_place')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('last', 'bigint', (column) => column.notNull())
    .execute()
  await sql`INSERT INTO proof_inbox_place (id, last) VALUES (1, 0)`.execute(db)
}
