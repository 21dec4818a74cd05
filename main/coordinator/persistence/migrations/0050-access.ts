import { type Kysely, sql } from 'kysely'

/** API keys as things of their own, what waits for a second person, and people beside accounts as those who add models and make enrolment tokens. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await extendKeys(db)
  await createApprovals(db)
  await freeModels(db)
  await freeTokens(db)
}

/** `may`: what the key may do, as JSON; null is all that its account may. Those that are there go on as they are. */
async function extendKeys(db: Kysely<unknown>): Promise<void> {
  for (const column of ['label', 'may', 'created_by', 'revoked_by']) await db.schema.alterTable('api_key').addColumn(column, 'text').execute()
  for (const column of ['expires_at', 'last_used_at']) await db.schema.alterTable('api_key').addColumn(column, 'bigint').execute()
  await db.schema.createIndex('api_key_of').on('api_key').columns(['requester_id', 'created_at']).execute()
  await db.schema.createIndex('api_key_prefix').on('api_key').column('prefix').execute()
}

async function createApprovals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approval')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('about', 'text', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('asked_by', 'text', (column) => column.notNull())
    .addColumn('asked_person', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('decided_by', 'text')
    .addColumn('decided_at', 'bigint')
    .addColumn('reason', 'text')
    .execute()
  await db.schema.createIndex('approval_waiting').unique().on('approval').columns(['kind', 'about']).where(sql<boolean>`state = 'waiting'`).execute()
}

/** Neither engine lets go of a foreign key in the same words, so the tables are made anew. */
async function freeModels(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('model_freed')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('added_by', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_freed_pk', ['name', 'version'])
    .execute()
  await sql`INSERT INTO model_freed (name, version, body, added_by, added_at) SELECT name, version, body, added_by, added_at FROM model`.execute(db)
  await db.schema.dropTable('model').execute()
  await db.schema.alterTable('model_freed').renameTo('model').execute()
}

async function freeTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('enrolment_token_freed')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_sha256', 'text', (column) => column.notNull().unique())
    .addColumn('fleet_id', 'text', (column) => column.references('fleet.id'))
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('uses', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  const columns = sql`id, token_sha256, fleet_id, created_by, created_at, expires_at, uses, used, revoked_at`
  await sql`INSERT INTO enrolment_token_freed (${columns}) SELECT ${columns} FROM enrolment_token`.execute(db)
  await db.schema
    .createTable('enrolment_token_use_freed')
    .addColumn('token_id', 'text', (column) => column.notNull().references('enrolment_token_freed.id'))
    .addColumn('node_id', 'text', (column) => column.notNull().references('node.id'))
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('enrolment_token_use_freed_pk', ['token_id', 'node_id'])
    .execute()
  await sql`INSERT INTO enrolment_token_use_freed (token_id, node_id, used_at) SELECT token_id, node_id, used_at FROM enrolment_token_use`.execute(db)
  for (const table of ['enrolment_token_use', 'enrolment_token']) {
    await db.schema.dropTable(table).execute()
    await db.schema.alterTable(`${table}_freed`).renameTo(table).execute()
  }
  await db.schema.createIndex('enrolment_token_newest').on('enrolment_token').columns(['created_at', 'id']).execute()
}
