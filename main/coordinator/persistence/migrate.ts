import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { WindfallError } from '../../../shared/errors.ts'

const directory = join(import.meta.dirname, 'migrations')

async function loadMigrations(): Promise<Record<string, Migration>> {
  const files = readdirSync(directory).filter((file) => /^\d{4}-[a-z-]+\.ts$/.test(file))
  const loaded = await Promise.all(
    files.map(async (file) => [file.replace(/\.ts$/, ''), (await import(pathToFileURL(join(directory, file)).href)) as Migration] as const),
  )
  return Object.fromEntries(loaded.toSorted(([a], [b]) => a.localeCompare(b)))
}

/** Brings a database up to date. Errors: `storage.newer`, `storage.failed`. */
export async function migrate<T>(db: Kysely<T>, name: string): Promise<void> {
  const migrations = await loadMigrations()
  const migrator = new Migrator({ db: db as Kysely<unknown>, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (!error) return
  const newer = error instanceof Error && /corrupted migrations|missing/i.test(error.message)
  throw newer
    ? new WindfallError('storage.newer', `${name} was written by a newer Windfall. Update Windfall, or use another data directory.`, { cause: error })
    : new WindfallError('storage.failed', `${name} could not be brought up to date. Restore a backup, or use another data directory.`, { cause: error })
}
