import { existsSync, readFileSync } from 'node:fs'
import { WindfallError } from '../../shared/errors.ts'
import { writePrivateFile } from './key-file.ts'
import { type SecretVault, sealedFile } from './secret-vault.ts'

const PREFIX = 'sealed by a test: '
const seal = (text: string): string => `${PREFIX}${Buffer.from(text).toString('base64')}`

/** A keychain in a directory, which others cannot read without it. */
export const createFakeKeychain = (directory: string, give: (secret: string) => string = (secret) => secret): SecretVault => ({
  keptIn: 'the keychain of a test',
  sealed: true,
  load: async (name) => {
    const file = sealedFile(directory, name)
    if (!existsSync(file)) return null
    const text = readFileSync(file, 'utf8')
    if (!text.startsWith(PREFIX)) throw new WindfallError('config.invalid', `The keychain does not open ${file}.`)
    return give(Buffer.from(text.slice(PREFIX.length), 'base64').toString())
  },
  save: async (name, secret) => writePrivateFile(sealedFile(directory, name), seal(secret)),
})
