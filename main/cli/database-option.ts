import { join } from 'node:path'
import { Option } from 'commander'
import { type StateConfig, readStateConfig } from '../coordinator/config.ts'
import { type CommonOptions, dataDirectoryOf } from './command.ts'
import { readCoordinatorSettings, refuseSecret } from './coordinator-settings.ts'

export interface DatabaseOptions extends CommonOptions {
  readonly database?: string
}

export const databaseOption = (): Option =>
  new Option(
    '--database <url>',
    'PostgreSQL database, such as postgres://windfall@localhost/windfall (or WINDFALL_DATABASE_URL; with a password only there, or in a file that WINDFALL_DATABASE_PASSWORD_FILE names); default: a file in the data directory',
  )

/** Where the coordinator of a data directory keeps everything, by its settings. Error: `config.invalid`. */
export function stateConfigOf(options: DatabaseOptions): StateConfig {
  const directory = dataDirectoryOf(options)
  refuseSecret('--database', options.database, 'WINDFALL_DATABASE_URL')
  const given = options.database === undefined ? {} : { database: options.database }
  return readStateConfig(process.env, { ...readCoordinatorSettings(directory), ...given, dataDirectory: join(directory, 'coordinator') })
}
