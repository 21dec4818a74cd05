import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { type Db, openDatabase, opened } from './database.ts'
import { createPostgresDatabase } from './postgres-databases.fixture.ts'
import { openSqliteEngine } from './sqlite.ts'

/**
 * An empty database for one test: in memory, or on PostgreSQL where `WINDFALL_TEST_DATABASE` says so, as it does in the project `postgres`, which runs
 * the tests of the whole coordinator once more. It is gone once it is destroyed.
 */
export async function openTestDatabase(): Promise<Db> {
  if (process.env['WINDFALL_TEST_DATABASE'] !== 'postgres') return opened(openSqliteEngine(await (template ??= migratedFile())))
  const { url, drop } = await createPostgresDatabase()
  const db = await openDatabase(url, { connections: 3 })
  const destroy = db.destroy.bind(db)
  return Object.assign(db, {
    destroy: async () => {
      await destroy()
      await drop()
    },
  })
}

/** The bytes of an empty database of the newest schema: to copy them takes a fraction of the time of migrating. */
let template: Promise<Buffer> | null = null

async function migratedFile(): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-template-'))
  const file = join(directory, 'template.sqlite')
  const db = await openDatabase(':memory:')
  try {
    await db.executeQuery(CompiledQuery.raw('VACUUM INTO ?', [file]))
    return readFileSync(file)
  } finally {
    await db.destroy()
    rmSync(directory, { recursive: true, force: true })
  }
}
