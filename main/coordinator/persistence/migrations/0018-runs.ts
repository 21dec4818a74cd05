import { type Kysely, sql } from 'kysely'

interface Before {
  proof: { receipt_id: string | null; receipt_before: string }
}

/**
 * A proof may wait for its receipt until its job has ended, or stay without one. What it was paid by was in no column before; every proof of that
 * time has its receipt, and is never priced again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A column cannot be made nullable in SQLite, so another one takes its place.
  await db.schema.alterTable('proof').renameColumn('receipt_id', 'receipt_before').execute()
  await db.schema.alterTable('proof').addColumn('receipt_id', 'text').execute()
  await (db as Kysely<Before>).updateTable('proof').set({ receipt_id: sql`receipt_before` }).execute()
  await db.schema.alterTable('proof').dropColumn('receipt_before').execute()
  await db.schema.alterTable('proof').addColumn('zone', 'text').execute()
  await db.schema.alterTable('proof').addColumn('paid_ms', 'bigint').execute()
  await db.schema.alterTable('proof').addColumn('unpaid', 'text').execute()
  await db.schema.createIndex('proof_waiting').on('proof').columns(['receipt_id', 'job_id']).execute()
  await db.schema.alterTable('job').addColumn('receipt_ids', 'text').execute()
}
