import { SqliteAdapter, SqliteDialect, type SqliteDatabase } from 'kysely'
import { type Sqlite, openDurable } from '../../kernel/sqlite.ts'
import { type Engine, withStorageErrors } from './engine.ts'

const MOST_STATEMENTS = 500
const CHANGES_SCHEMA = /^\s*(?:create|alter|drop)\b/i

/** A migration happens wholly or not at all: what SQLite can roll back, kysely leaves alone unless it is told. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Opens a file, `:memory:`, or in memory a copy of a file of these bytes. One connection: whatever reads waits for the transaction under way. Error: `storage.failed`. */
export function openSqliteEngine(place: string | Buffer): Engine {
  const file = typeof place === 'string' ? place : ':memory:'
  const sqlite = openDurable(place)
  // Without this, an amount above 2^53 would come back rounded.
  sqlite.defaultSafeIntegers(true)
  const dialect = new SqliteDialect({ database: preparingOnce(sqlite) })
  dialect.createAdapter = () => new TransactionalAdapter()
  return {
    kind: 'SQLite',
    dialect: withStorageErrors(dialect, { isShared: false }),
    name: file,
    begin: ['BEGIN IMMEDIATE'],
    isBatched: false,
    isDurable: file !== ':memory:',
    isShared: false,
    now: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
  }
}

/** Keeps the newest statements prepared; a change of the schema forgets them, since they know their columns. */
function preparingOnce(sqlite: Sqlite): SqliteDatabase {
  const prepared = new Map<string, ReturnType<SqliteDatabase['prepare']>>()
  const prepare = (sql: string): ReturnType<SqliteDatabase['prepare']> => sqlite.prepare(sql) as ReturnType<SqliteDatabase['prepare']>
  return {
    close: () => sqlite.close(),
    prepare: (sql) => {
      if (CHANGES_SCHEMA.test(sql)) {
        prepared.clear()
        return prepare(sql)
      }
      const statement = prepared.get(sql) ?? prepare(sql)
      prepared.delete(sql)
      prepared.set(sql, statement)
      const [oldest] = prepared.keys()
      if (oldest !== undefined && prepared.size > MOST_STATEMENTS) prepared.delete(oldest)
      return statement
    },
  }
}
