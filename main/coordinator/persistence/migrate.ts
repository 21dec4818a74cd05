import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { WindfallError } from '../../../shared/errors.ts'

const directory = join(import.meta.dirname, 'migrations')

/** Loaded when it is to be done, which at most starts none is. */
const migrationIn = (file: string): Migration => ({
  up: async (db) => ((await import(pathToFileURL(join(directory, file)).href)) as Migration).up(db),
})

async function findMigrations(): Promise<Record<string, Migration>> {
  const files = readdirSync(directory).filter((file) => /^\d{4}-[a-z-]+\.ts$/.test(file))
  return Object.fromEntries(files.toSorted().map((file) => [file.replace(/\.ts$/, ''), migrationIn(file)]))
}

/** Everything that changes a schema, oldest first; what is pending happens wholly or not at all. */
export const migratorOf = <T>(db: Kysely<T>): Migrator => new Migrator({ db: db as Kysely<unknown>, provider: { getMigrations: findMigrations } })

/** Brings a database up to date. Errors: `storage.newer`, `storage.failed`. */
export async function migrate<T>(db: Kysely<T>, name: string): Promise<void> {
  const { error } = await migratorOf(db).migrateToLatest()
  if (!error) return
  const newer = error instanceof Error && /corrupted migrations|missing/i.test(error.message)
  throw newer
    ? new WindfallError('storage.newer', `${name} was written by a newer Windfall. Update Windfall, or use another data directory.`, { cause: error })
    : new WindfallError('storage.failed', `${name} could not be brought up to date. Restore a backup, or use another data directory.`, { cause: error })
}
