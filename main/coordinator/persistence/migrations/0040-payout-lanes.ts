import type { Kysely } from 'kysely'

/** By which durable nonce an attempt lives, and at which of its values; both null for one that lives by a block hash. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const name of ['lane', 'nonce']) await db.schema.alterTable('payout_attempt').addColumn(name, 'text').execute()
}
