import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { SECRET_VARIABLES } from '../coordinator/config.ts'
import { readPrivateFile } from '../kernel/key-file.ts'
import { secretsOf } from '../kernel/secret-setting.ts'
import { readSettings } from '../kernel/settings-file.ts'

/** The coordinator's part of the settings file. One with a secret in it is for its owner only. Error: `config.invalid`. */
export function readCoordinatorSettings(dataDirectory: string): Readonly<Record<string, unknown>> {
  const { coordinator } = readSettings(dataDirectory)
  if (Object.keys(SECRET_VARIABLES).some((name) => secretsOf(coordinator[name]).length > 0)) readPrivateFile(join(dataDirectory, 'settings.json'))
  return coordinator
}

const isAddress = (text: string): boolean => text.includes('://')

/** Everybody on this machine can read what is on a command line. Error: `config.invalid` if an address there has a secret in it. */
export function refuseSecret(option: string, value: string | undefined, variable: string): void {
  if (value?.split(',').some((text) => isAddress(text) && secretsOf(text).length > 0))
    throw new WindfallError(
      'config.invalid',
      `Everybody on this machine can read what is on a command line, and ${option} has a password or a key in it. Put the address into ${variable}, or into a file that ${variable}_FILE names.`,
    )
}
