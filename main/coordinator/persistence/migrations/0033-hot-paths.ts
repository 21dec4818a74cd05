import type { Kysely } from 'kysely'

/** What a node has proven lately is asked with every proof: without this, all that it ever proved is read. Nobody asks in the order of the dropped one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('proof_of_node').on('proof').columns(['node_id', 'accepted_at']).execute()
  await db.schema.dropIndex('job_waiting').execute()
}
