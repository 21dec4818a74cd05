import { Readable } from 'node:stream'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { CompiledQuery, Kysely, type RawBuilder, sql } from 'kysely'
import { WindfallError } from '../../../../shared/errors.ts'
import type { Engine } from '../engine.ts'
import { migratorOf } from '../migrate.ts'
import { type Cell, decodeLine } from './cells.ts'
import { isOurs } from './dump.ts'
import { loosen } from './foreign-keys.ts'

type AnyDb = Kysely<Record<string, Record<string, Cell>>>

/** Parameters of one statement; PostgreSQL takes 65,535, SQLite 32,766. */
const MOST_PARAMETERS = 30_000
/**
 * What was handed out after the backup was made bears later epochs than the backup knows of, and must never be taken for something that is handed out
 * after the restore.
 */
const EPOCHS_SKIPPED = 1_000

interface Loading {
  readonly schema: readonly string[]
  readonly tables: readonly string[]
  /** Lines of a table as they were dumped, gzip-compressed. */
  readonly read: (table: string) => AsyncIterable<Uint8Array>
  readonly onTable: (table: string, rows: number) => void
}

/**
 * Fills an empty database with what was dumped, wholly or not at all, at the schema it was dumped with; opening it brings it up to date.
 * Errors: `conflict` if it is not empty, `storage.newer` if a newer Windfall dumped it, `storage.failed` if rows do not fit together.
 */
export async function load(engine: Engine, loading: Loading): Promise<void> {
  const db: AnyDb = new Kysely({ dialect: engine.dialect })
  try {
    await requireEmpty(db, engine)
    await fillAll(db, engine, loading).catch(async (error: unknown) => {
      await makeEmpty(db, engine)
      throw error
    })
  } finally {
    await db.destroy()
  }
}

async function fillAll(db: AnyDb, engine: Engine, { schema, tables, read, onTable }: Loading): Promise<void> {
  await makeTables(db, engine, schema)
  await db.connection().execute(async (connection) => {
    const run = (text: string) => connection.executeQuery(CompiledQuery.raw(text))
    const foreignKeys = await loosen(connection, engine.kind)
    const present = (await connection.introspection.getTables()).map(({ name }) => name).filter(isOurs)
    for (const table of present) await run(`DELETE FROM "${table}"`)
    for (const table of tables) onTable(table, await fill(connection, table, read(table)))
    if (present.includes('shard')) await run(`UPDATE shard SET epoch = epoch + ${EPOCHS_SKIPPED}, until = 0`)
    await foreignKeys.fasten()
    await run('COMMIT')
  })
}

/** Of what was empty before. */
async function makeEmpty(db: AnyDb, { kind }: Engine): Promise<void> {
  await db.executeQuery(CompiledQuery.raw('ROLLBACK')).catch(() => undefined)
  for (const { name } of await db.introspection.getTables({ withInternalKyselyTables: true }))
    await db.executeQuery(CompiledQuery.raw(`DROP TABLE IF EXISTS "${name}"${kind === 'PostgreSQL' ? ' CASCADE' : ''}`))
}

async function requireEmpty(db: AnyDb, engine: Engine): Promise<void> {
  const found = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (found.length > 0) throw new WindfallError('conflict', `${engine.name} is not empty, and nothing is ever restored over something else. Give an empty one.`)
}

async function makeTables(db: AnyDb, engine: Engine, schema: readonly string[]): Promise<void> {
  const migrator = migratorOf(db)
  const known = new Set((await migrator.getMigrations()).map(({ name }) => name))
  const newest = schema.at(-1) ?? ''
  if (schema.some((name) => !known.has(name)))
    throw new WindfallError('storage.newer', `The backup was made by a newer Windfall (schema ${newest}). Update Windfall first.`)
  const { error } = await migrator.migrateTo(newest)
  if (error) throw new WindfallError('storage.failed', `The tables of the backup cannot be made in ${engine.name}.`, { cause: error })
}

async function fill(db: AnyDb, table: string, packed: AsyncIterable<Uint8Array>): Promise<number> {
  let columns: readonly string[] = []
  let rows: Cell[][] = []
  let count = 0
  const insert = async (): Promise<void> => {
    if (rows.length > 0) await insertion(table, columns, rows).execute(db)
    count += rows.length
    rows = []
  }
  for await (const record of recordsOf(packed)) {
    columns = Object.keys(record)
    rows.push(Object.values(record))
    if ((rows.length + 1) * columns.length > MOST_PARAMETERS) await insert()
  }
  await insert()
  return count
}

/** The rows of a table as it was dumped, cells by column. */
export async function* recordsOf(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Readonly<Record<string, Cell>>> {
  const lines = createInterface({ input: Readable.from(packed).pipe(createGunzip()), crlfDelay: Number.POSITIVE_INFINITY })
  let columns: readonly string[] | null = null
  for await (const line of lines) {
    const cells = decodeLine(line)
    if (columns === null) columns = cells.map(String)
    else yield Object.fromEntries(columns.map((column, n) => [column, cells[n] ?? null]))
  }
}

function insertion(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): RawBuilder<unknown> {
  const values = rows.map((cells) => sql`(${sql.join(cells)})`)
  return sql`INSERT INTO ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) VALUES ${sql.join(values)}`
}
