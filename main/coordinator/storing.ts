import { join } from 'node:path'
import type { StateConfig } from './config.ts'
import { type Db, openDatabase } from './persistence/database.ts'
import type { Engine } from './persistence/engine.ts'
import { openSqliteEngine } from './persistence/sqlite.ts'

/** SQLite's file in a coordinator's data directory. */
export const DATABASE_FILE = 'coordinator.sqlite'

type Settings = Pick<StateConfig, 'dataDirectory' | 'database' | 'databasePassword' | 'databaseConnections'>

/** Where {@link openState} keeps it, untouched. */
export async function engineAt(settings: Settings): Promise<Engine> {
  const { dataDirectory, database } = settings
  if (database === null) return openSqliteEngine(join(dataDirectory, DATABASE_FILE))
  const { openPostgresEngine } = await import('./persistence/postgres.ts')
  return openPostgresEngine(database, { password: settings.databasePassword, connections: 1 })
}

/** The PostgreSQL database that the settings name, or a file in the data directory. Errors: those of `openDatabase`. */
export async function openState(settings: Settings, onLost: (message: string) => void = () => {}): Promise<Db> {
  const { dataDirectory, database, databaseConnections: connections } = settings
  if (database === null) return openDatabase(join(dataDirectory, DATABASE_FILE))
  return openDatabase(database, { password: settings.databasePassword, connections, onLost })
}
