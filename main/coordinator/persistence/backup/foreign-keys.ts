import { CompiledQuery, type Kysely } from 'kysely'
import { WindfallError } from '../../../../shared/errors.ts'
import type { Engine } from '../engine.ts'

interface Loosened {
  /** Checks every row of every table. Error: `storage.failed`. */
  readonly fasten: () => Promise<void>
}

/** Begins a transaction in which rows may come in any order of their tables, until foreign keys are fastened again. */
export const loosen = <T>(db: Kysely<T>, kind: Engine['kind']): Promise<Loosened> => (kind === 'SQLite' ? loosenSqlite(db) : loosenPostgres(db))

const rowsOf = async <Row>(db: Pick<Kysely<unknown>, 'executeQuery'>, text: string): Promise<readonly Row[]> =>
  (await db.executeQuery<Row>(CompiledQuery.raw(text))).rows

async function loosenSqlite(db: Pick<Kysely<unknown>, 'executeQuery'>): Promise<Loosened> {
  await rowsOf(db, 'PRAGMA foreign_keys = OFF')
  await rowsOf(db, 'BEGIN IMMEDIATE')
  return {
    async fasten() {
      const [wrong] = await rowsOf<{ table: string; parent: string }>(db, 'PRAGMA foreign_key_check')
      if (wrong)
        throw new WindfallError(
          'storage.failed',
          `The backup does not fit together: a row of ${wrong.table} names one of ${wrong.parent} that is not in it. Use another backup.`,
        )
    },
  }
}

/** Only a superuser may leave foreign keys unchecked; the owner of a table may drop them and make them again. */
async function loosenPostgres(db: Pick<Kysely<unknown>, 'executeQuery'>): Promise<Loosened> {
  await rowsOf(db, 'BEGIN')
  await rowsOf(db, 'SET LOCAL statement_timeout = 0')
  const keys = await rowsOf<{ table: string; name: string; definition: string }>(
    db,
    `SELECT conrelid::regclass::text AS "table", conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  )
  for (const { table, name } of keys) await rowsOf(db, `ALTER TABLE ${table} DROP CONSTRAINT "${name}"`)
  return {
    async fasten() {
      for (const { table, name, definition } of keys) await rowsOf(db, `ALTER TABLE ${table} ADD CONSTRAINT "${name}" ${definition}`)
    },
  }
}
