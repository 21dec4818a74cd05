import { CompiledQuery, Kysely } from 'kysely'
import { createGzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { WindfallError } from '../../../../shared/errors.ts'
import type { Engine } from '../engine.ts'
import { type Cell, encodeLine } from './cells.ts'

type Row = Readonly<Record<string, Cell>>
type AnyDb = Kysely<Record<string, Row>>

/** Begins to read what is there now, and no change that others make later; it may take as long as it takes. */
const SNAPSHOT: Readonly<Record<Engine['kind'], readonly string[]>> = {
  SQLite: ['BEGIN'],
  PostgreSQL: ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', 'SET LOCAL statement_timeout = 0', 'SET LOCAL idle_in_transaction_session_timeout = 0'],
}
/** Rows that are written at once. */
const PAGE = 500
/**
 * The bookkeeping of the schema is in the manifest; what waits in the inbox is kept apart, since each engine has it elsewhere. Which coordinators run is
 * another matter where it is restored: one that was alive a moment ago elsewhere would keep its heir from starting. Sessions would come back that have
 * been ended since.
 */
export const isOurs = (table: string): boolean => !/^(?:kysely_|sqlite_|proof_inbox|replica|agent_line$|agent_presence$|member_session$|sign_in)/.test(table)

export interface Snapshot {
  /** Names of the changes of the schema that the tables have been through, in order. Error: `not-found` if this is no coordinator's database. */
  readonly schema: () => Promise<readonly string[]>
  readonly tables: readonly string[]
  /** A table as gzip-compressed lines; `count` is told how many rows it had. */
  readonly dump: (table: string, count: (rows: number) => void) => AsyncIterable<Uint8Array>
}

/**
 * Reads all tables as they were at one moment, while others go on writing. Errors: those of the storage.
 */
export async function withSnapshot<T>(engine: Engine, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const db: AnyDb = new Kysely({ dialect: engine.dialect })
  try {
    return await db.connection().execute(async (connection) => {
      for (const statement of SNAPSHOT[engine.kind]) await connection.executeQuery(CompiledQuery.raw(statement))
      const names = (await connection.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name)
      return read({
        schema: () => schemaOf(connection, engine, names),
        tables: names.filter(isOurs).toSorted(),
        dump: (table, count) => Readable.from(linesOf(connection, { engine, table, count })).pipe(createGzip()),
      })
    })
  } finally {
    await db.destroy()
  }
}

async function schemaOf(db: AnyDb, { name }: Engine, tables: readonly string[]): Promise<readonly string[]> {
  if (!tables.includes('kysely_migration'))
    throw new WindfallError('not-found', `${name} holds nothing of a coordinator. Give the data directory or the database that it runs on.`)
  return (await db.selectFrom('kysely_migration').select('name').orderBy('name').execute()).map((row) => String(row['name']))
}

interface Dumped {
  readonly engine: Engine
  readonly table: string
  readonly count: (rows: number) => void
}

async function* linesOf(db: AnyDb, { engine, table, count }: Dumped): AsyncGenerator<string> {
  const [found] = (await db.introspection.getTables()).filter(({ name }) => name === table)
  const columns = (found?.columns ?? []).map(({ name }) => name)
  yield encodeLine(columns)
  let rows = 0
  for await (const page of engine.kind === 'PostgreSQL' ? fetched(db, table) : streamed(db, table)) {
    rows += page.length
    yield page.map((row) => encodeLine(columns.map((column) => row[column] ?? null))).join('')
  }
  count(rows)
}

async function* fetched(db: AnyDb, table: string): AsyncGenerator<readonly Row[]> {
  const run = (text: string) => db.executeQuery<Row>(CompiledQuery.raw(text))
  await run(`DECLARE dumped NO SCROLL CURSOR FOR SELECT * FROM "${table}"`)
  for (;;) {
    const { rows } = await run(`FETCH ${PAGE} FROM dumped`)
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) break
  }
  await run('CLOSE dumped')
}

async function* streamed(db: AnyDb, table: string): AsyncGenerator<readonly Row[]> {
  let page: Row[] = []
  for await (const row of db.selectFrom(table).selectAll().stream()) {
    page.push(row)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
