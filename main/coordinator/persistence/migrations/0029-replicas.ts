import { type Kysely, sql } from 'kysely'

/** What coordinators that share a database have to know of each other. Times are the database's own, epoch ms. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('replica')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('session', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('shared', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('agent_line')
    .addColumn('node_id', 'text', (column) => column.primaryKey())
    .addColumn('replica_id', 'text')
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('agent_line_seq').on('agent_line').column('seq').execute()
  await db.schema
    .createTable('agent_presence')
    .addColumn('node_id', 'text', (column) => column.primaryKey())
    .addColumn('replica_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('heard_at', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('agent_presence_seq').on('agent_presence').column('seq').execute()
  await db.schema
    .createTable('replica_order')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('replica_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('replica_order_replica').on('replica_order').columns(['replica_id', 'seq']).execute()
  await db.schema
    .createTable('checkpoint_arrival')
    .addColumn('lease_id', 'text', (column) => column.primaryKey())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('redeemed_challenge')
    .addColumn('challenge_sha256', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.alterTable('attempt').addColumn('asked_back', 'text').execute()
  await retireTwins(db)
  await sql`CREATE UNIQUE INDEX incident_one ON incident (cause, simulated, coalesce(node_id, zone)) WHERE over = 0`.execute(db)
}

/** Of two live incidents of one cause in one place, the newer one stands. */
const retireTwins = (db: Kysely<unknown>) =>
  sql`
    UPDATE incident SET over = 1 WHERE over = 0 AND EXISTS (
      SELECT 1 FROM incident AS twin
      WHERE twin.over = 0 AND twin.cause = incident.cause AND twin.simulated = incident.simulated
        AND coalesce(twin.node_id, twin.zone) = coalesce(incident.node_id, incident.zone)
        AND (twin.detected_at > incident.detected_at OR (twin.detected_at = incident.detected_at AND twin.id > incident.id))
    )`.execute(db)
