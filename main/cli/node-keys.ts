import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { systemClock } from '../kernel/clock.ts'
import { type DeviceKeys, openDeviceKeys } from '../kernel/device-key.ts'
import { createFileVault, sealedFile } from '../kernel/secret-vault.ts'
import { createTpm } from '../kernel/tpm.ts'

const NAME = 'device-key'

/** The keys of the node on this data directory; none are made. Errors: `instance.missing` if no agent ever ran on it, `config.invalid`. */
export async function nodeKeys(directory: string): Promise<DeviceKeys> {
  if (![join(directory, `${NAME}.pem`), sealedFile(directory, NAME)].some((file) => existsSync(file)))
    throw new WindfallError('instance.missing', `No agent has run on ${directory} yet. Start one with: windfall agent --data "${directory}"`)
  return openDeviceKeys({ vault: createFileVault(directory), directory, tpm: createTpm(process.env), clock: systemClock })
}
