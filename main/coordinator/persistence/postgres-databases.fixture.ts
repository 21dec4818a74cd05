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

/** A database of its own on the server of this run: of the newest schema, or without a table where `template` is false. */
export async function createPostgresDatabase({ template = true } = {}): Promise<PostgresDatabase> {
  const server = await readyServer()
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const run = (sql: string) => withClient(server, (client) => client.query(sql))
  await run(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY` : ''}`)
  return {
    url: urlOf(server, name),
    server,
    drop: async () => {
      await run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}
