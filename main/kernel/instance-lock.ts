import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { WindfallError, messageOf } from '../../shared/errors.ts'

/** Makes a data directory if there is none, and holds it for this process. Errors: `instance.running`, `storage.failed`. */
export function holdDirectory(directory: string, name: string): Disposable {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new WindfallError('storage.failed', `The folder ${directory} cannot be made (${messageOf(error)}). Choose another one with --data.`, { cause: error })
  }
  return lockDirectory(directory, name)
}

/**
 * Holds a data directory for one process. The lock is a write lock on an empty SQLite file: the operating system
 * drops it when the process dies, however it dies, so there is nothing stale to clean up.
 * Errors: `instance.running`; `storage.failed` if the directory cannot be written to.
 */
export function lockDirectory(directory: string, name: string): Disposable {
  const holder = join(directory, `${name}.pid`)
  const db = openLock(directory, name)
  try {
    db.exec('BEGIN EXCLUSIVE')
    writeFileSync(holder, String(process.pid))
  } catch (error) {
    db.close()
    throw isBusy(error)
      ? new WindfallError(
          'instance.running',
          `Another Windfall (process ${holderOf(holder)}) is already using ${directory}. Stop it first, or choose another folder with --data.`,
          { cause: error },
        )
      : unusable(directory, error)
  }
  return { [Symbol.dispose]: () => db.close() }
}

function openLock(directory: string, name: string): Database.Database {
  try {
    return new Database(join(directory, `${name}.lock`), { timeout: 0 })
  } catch (error) {
    throw unusable(directory, error)
  }
}

const isBusy = (error: unknown): boolean => error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')

const unusable = (directory: string, cause: unknown): WindfallError =>
  new WindfallError('storage.failed', `The folder ${directory} cannot be used (${messageOf(cause)}). Check that it is writable and the disk is not full.`, {
    cause,
  })

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
