import { chmodSync } from 'node:fs'
import Database from 'better-sqlite3'
import { WindfallError } from '../../shared/errors.ts'

export type Sqlite = Database.Database

export interface Migration {
  readonly version: number
  readonly sql: string
}

/**
 * Opens a database that survives power loss (WAL, `synchronous=FULL`) and brings it up to date.
 * Errors: `storage.newer` if a newer Windfall wrote it, `storage.failed` if it cannot be opened.
 */
export function openSqlite(file: string, migrations: readonly Migration[], settings: SqliteSettings = {}): Sqlite {
  const db = openDurable(file, settings)
  try {
    migrate(db, file, migrations)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** The log is brought into the file once it is about as long as this. */
const LOG_BYTES = 4_096_000

/** `pageBytes`: of a file that is made here; 4,096 where nothing is said, more where rows are long. */
export interface SqliteSettings {
  readonly pageBytes?: number
}

/** The connection settings every database of ours uses, without any schema. Of the bytes of a file a copy is opened, in memory. */
export function openDurable(file: string | Buffer, { pageBytes = 4_096 }: SqliteSettings = {}): Sqlite {
  const path = typeof file === 'string' ? file : ':memory:'
  let db: Sqlite | null = null
  try {
    db = new Database(file)
    db.pragma(`page_size = ${pageBytes}`)
    // better-sqlite3 compiles WAL with synchronous=NORMAL, which may lose an answered write on power loss.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('busy_timeout = 5000')
    db.pragma(`wal_autocheckpoint = ${Math.ceil(LOG_BYTES / pageBytes)}`)
    if (path !== ':memory:') chmodSync(path, 0o600)
    return db
  } catch (error) {
    db?.close()
    throw new WindfallError('storage.failed', `The database ${path} cannot be opened. Check that the folder is writable and the disk is not full.`, {
      cause: error,
    })
  }
}

function migrate(db: Sqlite, file: string, migrations: readonly Migration[]): void {
  const current = db.pragma('user_version', { simple: true }) as number
  const newest = migrations.at(-1)?.version ?? 0
  if (current > newest)
    throw new WindfallError(
      'storage.newer',
      `${file} was written by a newer Windfall (schema ${current}, this one knows ${newest}). Update Windfall, or use another data directory.`,
    )
  for (const { version, sql } of migrations.filter((migration) => migration.version > current)) {
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    })()
  }
}
