import { onTestFinished } from 'vitest'
import { skipFor } from '../../kernel/requirement.fixture.ts'
import { missingPostgres } from './postgres-binaries.fixture.ts'
import { createPostgresDatabase } from './postgres-databases.fixture.ts'

export interface TestedDatabase {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** What `openDatabase` opens: an empty database of the newest schema, gone when the test that asked for it is finished. */
  readonly place: () => Promise<string>
}

/** The address of a PostgreSQL database that lasts as long as the test: of the newest schema, or without a table where `template` is false. */
export async function postgresPlace(options?: { readonly template: boolean }): Promise<string> {
  const { url, drop } = await createPostgresDatabase(options)
  onTestFinished(drop)
  return url
}

const sqlite: TestedDatabase = { name: 'SQLite', place: async () => ':memory:' }
const postgres: TestedDatabase = { name: 'PostgreSQL', place: () => postgresPlace() }

const missing = missingPostgres()
export const hasPostgres = missing === null
if (missing !== null) skipFor('tests on PostgreSQL', missing)

/** What everything over the coordinator's state is tested on, one suite for all: `describe.each(databases)('on $name', ({ place }) => …)`. */
export const databases: readonly TestedDatabase[] = hasPostgres ? [sqlite, postgres] : [sqlite]
