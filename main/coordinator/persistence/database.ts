import { CompiledQuery, Kysely } from 'kysely'
import type { Engine } from './engine.ts'
import { integers } from './integers.ts'
import { migrate } from './migrate.ts'
import type { PostgresOptions } from './postgres.ts'
import type { Db, Schema } from './schema.ts'
import { openSqliteEngine } from './sqlite.ts'
import { addWriter, engineOf } from './transact.ts'

export { atEnd } from './at-end.ts'
export type { Db, Schema, Tx } from './schema.ts'
export { engineOf, transact, watchWrites, withFence } from './transact.ts'

/**
 * Opens the coordinator's database and brings its schema up to date. `place` is a file for SQLite, `:memory:`, or the address of a PostgreSQL database
 * such as `postgres://windfall@localhost/windfall`, which several coordinators may share.
 * Errors: `storage.newer`, `storage.failed`, and of PostgreSQL `storage.unavailable` and `config.invalid`, which say what to do.
 */
export async function openDatabase(place: string, options: PostgresOptions = {}): Promise<Db> {
  if (!/^postgres(?:ql)?:\/\//.test(place)) {
    const engine = openSqliteEngine(place)
    return opened(engine, (db) => migrate(db, engine.name))
  }
  // A coordinator on SQLite does not carry the driver around.
  const { openPostgresEngine, preparePostgres } = await import('./postgres.ts')
  await preparePostgres(place, options, migrate)
  return opened(openPostgresEngine(place, options))
}

/** A database whose schema is up to date once `prepare` has been. */
export async function opened(engine: Engine, prepare: (db: Db) => Promise<void> = async () => {}): Promise<Db> {
  const db = new Kysely<Schema>({ dialect: engine.dialect, plugins: [integers] })
  try {
    await prepare(db)
    addWriter(db, engine)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** `SELECT 1`, for health checks. */
export const ping = async (db: Db): Promise<void> => {
  await db.executeQuery(CompiledQuery.raw('SELECT 1'))
}

/** The time on the database's own clock, epoch ms: the one clock that all coordinators of one database share. */
export async function databaseNow(db: Db): Promise<number> {
  const { rows } = await db.executeQuery<{ now: number }>(CompiledQuery.raw(`SELECT ${engineOf(db).now} AS now`))
  return (rows[0] as { now: number }).now
}
