import { type Db, openDatabase } from './database.ts'
import { createPostgresDatabase } from './postgres-databases.fixture.ts'

/**
 * An empty database for one test: in memory, or on PostgreSQL where `WINDFALL_TEST_DATABASE` says so, as it does in the project `postgres`, which runs
 * the tests of the whole coordinator once more. It is gone once it is destroyed.
 */
export async function openTestDatabase(): Promise<Db> {
  if (process.env['WINDFALL_TEST_DATABASE'] !== 'postgres') return openDatabase(':memory:')
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
