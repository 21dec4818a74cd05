import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client } from 'pg'
import { openDatabase } from './database.ts'

const TEMPLATE = 'windfall_template'

/** Asks the process that started this one; see `e2e/support/postgres.setup.ts`. */
async function serverUrl(): Promise<string> {
  const port = Number(process.env['WINDFALL_TEST_POSTGRES'])
  if (!port) throw new Error('no PostgreSQL outside of vitest: use startPostgres')
  const answer = JSON.parse(await text(connect(port, '127.0.0.1'))) as { url?: string; error?: string }
  if (answer.url === undefined) throw new Error(answer.error)
  return answer.url
}

async function withClient<T>(url: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await ask(client)
  } finally {
    await client.end()
  }
}

const urlOf = (server: string, database: string): string => Object.assign(new URL(server), { pathname: `/${database}` }).href

/** Made by whoever comes first; everybody else copies it, which takes a fraction of the time of migrating. */
const requireTemplate = (server: string): Promise<void> =>
  withClient(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(1)')
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE])
    if (rowCount) return
    await client.query(`CREATE DATABASE ${TEMPLATE}_new`)
    await (await openDatabase(urlOf(server, `${TEMPLATE}_new`))).destroy()
    await client.query(`ALTER DATABASE ${TEMPLATE}_new RENAME TO ${TEMPLATE}`)
  })

let known: Promise<string> | null = null
/** The server's address, once its template is there. */
const readyServer = (): Promise<string> => {
  known ??= serverUrl().then(async (server) => {
    await requireTemplate(server)
    return server
  })
  return known
}

export interface PostgresDatabase {
  readonly url: string
  /** Of the server's superuser, on another database. */
  readonly server: string
  readonly drop: () => Promise<void>
}

/** Of the newest schema and as migrating left them, for the next test of this file: making one takes longer than most tests. */
const unused: string[] = []

/** Puts every table back as migrating left it, whatever forbids to delete from some of them, and ends whoever still is connected. */
const clean = (server: string, name: string): Promise<void> =>
  withClient(urlOf(server, name), async (client) => {
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [name])
    const { rows } = await client.query<{ table: string }>(
      `SELECT quote_ident(tablename) AS table FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%'`,
    )
    await client.query(`SET session_replication_role = replica; ${rows.map(({ table }) => `DELETE FROM ${table}`).join('; ')}; ${await firstRows(server)}`)
  })

let migrated: Promise<string> | null = null
/** Statements that write the rows which migrating writes. */
const firstRows = (server: string): Promise<string> => {
  migrated ??= withClient(urlOf(server, TEMPLATE), async (client) => {
    const { rows } = await client.query<{ table: string }>(
      `SELECT tablename AS table FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%'`,
    )
    const statements: string[] = []
    for (const { table } of rows) {
      const found = await client.query<{ row: string }>(`SELECT quote_literal(to_json(t)::text) AS row FROM ${client.escapeIdentifier(table)} t`)
      const name = client.escapeIdentifier(table)
      statements.push(...found.rows.map(({ row }) => `INSERT INTO ${name} SELECT * FROM json_populate_record(NULL::${name}, ${row}::json)`))
    }
    return statements.join('; ')
  })
  return migrated
}

/** A database of its own on the server of this run: of the newest schema, or without a table where `template` is false. */
export async function createPostgresDatabase({ template = true } = {}): Promise<PostgresDatabase> {
  const server = await readyServer()
  const run = (sql: string) => withClient(server, (client) => client.query(sql))
  const again = template ? unused.pop() : undefined
  const name = again ?? `test_${randomUUID().replaceAll('-', '')}`
  if (again === undefined) await run(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY` : ''}`)
  const remove = async () => {
    if (!template) return void (await run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    await clean(server, name)
    unused.push(name)
  }
  let removing: Promise<void> | null = null
  // Once: given back twice, it would be given out twice.
  return { url: urlOf(server, name), server, drop: () => (removing ??= remove()) }
}
