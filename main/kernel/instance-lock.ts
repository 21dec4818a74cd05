import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { WindfallError } from '../../shared/errors.ts'

/**
 * Holds a data directory for one process. The lock is a write lock on an empty SQLite file: the operating system
 * drops it when the process dies, however it dies, so there is nothing stale to clean up.
 * Error: `instance.running`.
 */
export function lockDirectory(directory: string, name: string): Disposable {
  const holder = join(directory, `${name}.pid`)
  const db = new Database(join(directory, `${name}.lock`), { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw new WindfallError(
      'instance.running',
      `Another Windfall (process ${holderOf(holder)}) is already using ${directory}. Stop it first, or choose another folder with --data.`,
      { cause: error },
    )
  }
  writeFileSync(holder, String(process.pid))
  return { [Symbol.dispose]: () => db.close() }
}

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
