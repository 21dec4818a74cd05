import { type DatabaseConnection, CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolConfig, types } from 'pg'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Engine, withStorageErrors } from './engine.ts'

export interface PostgresOptions {
  /** Instead of one in the address. */
  readonly password?: string | null
  /** Connections at most, of all that this coordinator does. */
  readonly connections?: number
  /** Instead of ours. */
  readonly timeouts?: Partial<typeof TIMEOUTS>
  /** Told when a connection is lost that nobody was using; the next query opens another. */
  readonly onLost?: (message: string) => void
}

/** The oldest release that PostgreSQL itself still supports. */
const OLDEST_MAJOR = 14
const CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 10_000
/**
 * Enforced by the server, on its clock. A coordinator that is paused in the middle of a transaction loses it after `idle_in_transaction`, before those
 * that wait for their turn to write give up.
 */
const TIMEOUTS = { idle_in_transaction_session_timeout: 10_000, lock_timeout: 30_000, statement_timeout: 60_000 }

/** Integers of 64 bits and more as `bigint`, as SQLite gives them; what only looks like one, such as an average, as a number. */
const decoding = {
  getTypeParser: (oid: Parameters<typeof types.getTypeParser>[0], format?: 'text' | 'binary') => {
    if (oid === types.builtins.INT8) return BigInt
    if (oid === types.builtins.NUMERIC) return (text: string) => (/^-?\d+$/.test(text) ? BigInt(text) : Number(text))
    return types.getTypeParser(oid, format)
  },
}

/** A session that began while the database could only be read stays so for good, so that the next request has to have another. */
const LEAVE = 'ROLLBACK; SELECT pg_terminate_backend(pg_backend_pid())'

/** Host and database of an address: what a message may say of it. */
function nameOf(url: string): string {
  const { host, pathname } = parsed(url)
  return `PostgreSQL ${host}${pathname}`
}

function parsed(url: string): URL {
  try {
    return new URL(url)
  } catch {
    throw new WindfallError('config.invalid', 'The address of the database is not valid. Give one such as postgres://windfall@localhost/windfall.')
  }
}

/** Connects to nothing yet: the first query does, and after a loss the next one again. Error: `config.invalid`. */
export function openPostgresEngine(url: string, { password, connections = CONNECTIONS, timeouts, onLost = () => {} }: PostgresOptions): Engine {
  const pool = openPool(url, { password, max: connections, ...TIMEOUTS, ...timeouts })
  pool.on('error', (error) => onLost(messageOf(error)))
  return {
    kind: 'PostgreSQL',
    dialect: withStorageErrors(new PostgresDialect({ pool, onCreateConnection: keepPromises }), { leave: LEAVE }),
    name: nameOf(url),
    begin: ['BEGIN', 'SELECT id FROM writer WHERE id = 1 FOR UPDATE'],
    isBatched: true,
    isDurable: true,
    isShared: true,
    now: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
  }
}

interface PoolOptions extends Pick<PoolConfig, 'max' | keyof typeof TIMEOUTS> {
  readonly password?: string | null | undefined
}

function openPool(url: string, { password, ...options }: PoolOptions): Pool {
  const address = parsed(url)
  if (password) address.password = encodeURIComponent(password)
  const pool = new Pool({
    connectionString: address.href,
    ...options,
    types: decoding,
    application_name: 'windfall',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // A connection that is lost while it is lent tells whoever uses it, too, and one that is lost while nobody uses it is made anew; unheard, either
  // would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** A server may be set up to answer before a commit is on disk; what a coordinator acknowledges has to be. */
const keepPromises = async (connection: DatabaseConnection): Promise<void> => {
  await connection.executeQuery(CompiledQuery.raw(`SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`))
}

/**
 * Checks the server and runs `migrate` through a connection whose statements may take as long as they take.
 * Errors: `storage.unavailable`, `config.invalid`, those of `migrate`.
 */
export async function preparePostgres(
  url: string,
  { password }: PostgresOptions,
  migrate: (db: Kysely<unknown>, name: string) => Promise<void>,
): Promise<void> {
  const name = nameOf(url)
  const db = new Kysely<unknown>({ dialect: withStorageErrors(new PostgresDialect({ pool: openPool(url, { password, max: 1 }) })) })
  try {
    await checkServer(db, name)
    await migrate(db, name)
    await orderByBytes(db)
  } finally {
    await db.destroy()
  }
}

async function checkServer(db: Kysely<unknown>, name: string): Promise<void> {
  const asked = `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding`
  const { rows } = await db.executeQuery<{ version: string; encoding: string }>(CompiledQuery.raw(asked)).catch((error: unknown) => {
    throw unreachable(name, error)
  })
  const refusal = refusalOf({ version: '0', encoding: '', ...rows[0] })
  if (refusal !== null) throw new WindfallError('config.invalid', `${name} ${refusal}`)
}

/** Why a server of this version (as `server_version_num`) and encoding cannot be used, or `null`. */
export function refusalOf({ version, encoding }: { readonly version: string; readonly encoding: string }): string | null {
  const major = Math.floor(Number(version) / 10_000)
  if (major < OLDEST_MAJOR) return `is PostgreSQL ${major}; Windfall needs ${OLDEST_MAJOR} or newer. Update the server, or use another.`
  if (encoding !== 'UTF8') return `keeps text as ${encoding}. Create the database with: CREATE DATABASE windfall ENCODING 'UTF8' TEMPLATE template0`
  return null
}

/** What a server says to a connection it does not want, by SQLSTATE. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'refused the password. Give the right one in WINDFALL_DATABASE_URL or in the file that WINDFALL_DATABASE_PASSWORD_FILE names.',
  '28000': 'does not let this user in. Check pg_hba.conf, or use another user.',
  '3D000': 'has no such database. Create it with: CREATE DATABASE windfall',
  '42501': 'does not let this user create tables. Make it the owner of the database.',
}

function unreachable(name: string, error: unknown): WindfallError {
  const refusal = REFUSALS[String((error as { code?: unknown }).code)]
  if (refusal) return new WindfallError('config.invalid', `${name} ${refusal}`, { cause: messageOf(error) })
  const why = messageOf(error instanceof WindfallError ? error.cause : error)
  return new WindfallError('storage.unavailable', `${name} does not answer (${why}). Start the server, or give another address with --database.`, {
    cause: error,
  })
}

/** Text is ordered by its bytes, as SQLite does it, whatever the language of the server: pages of a list depend on it. */
async function orderByBytes(db: Kysely<unknown>): Promise<void> {
  const asked = `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name NOT LIKE 'kysely%'`
  const { rows } = await db.executeQuery<{ table: string; column: string }>(CompiledQuery.raw(asked))
  for (const [table, columns] of Map.groupBy(rows, (row) => row.table)) {
    const changes = columns.map(({ column }) => `ALTER COLUMN "${column}" TYPE text COLLATE "C"`)
    await db.executeQuery(CompiledQuery.raw(`ALTER TABLE "${table}" ${changes.join(', ')}`))
  }
}
