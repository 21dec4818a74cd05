import { join } from 'node:path'
import { Option } from 'commander'
import { type StateConfig, readStateConfig } from '../coordinator/config.ts'
import { readSettings } from '../kernel/settings-file.ts'
import { type CommonOptions, dataDirectoryOf } from './command.ts'

export interface DatabaseOptions extends CommonOptions {
  readonly database?: string
}

export const databaseOption = (): Option =>
  new Option(
    '--database <url>',
    'PostgreSQL database, such as postgres://windfall@localhost/windfall (or WINDFALL_DATABASE_URL, where a password stays unseen); default: a file in the data directory',
  )

/** Where the coordinator of a data directory keeps everything, by its settings. Error: `config.invalid`. */
export function stateConfigOf(options: DatabaseOptions): StateConfig {
  const directory = dataDirectoryOf(options)
  const given = options.database === undefined ? {} : { database: options.database }
  return readStateConfig(process.env, { ...readSettings(directory).coordinator, ...given, dataDirectory: join(directory, 'coordinator') })
}
