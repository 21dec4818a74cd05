import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { readPrivateFile, removePrivateFile, writePrivateFile } from './key-file.ts'

/** Keeps small secrets, such as private keys, for this user on this machine. */
export interface SecretVault {
  /** Where secrets are kept, as the owner would say it. */
  readonly keptIn: string
  /** False where a secret is protected no better than a plain file of this user. */
  readonly sealed: boolean
  /** `null` if there is none of this name. Error: `config.invalid` if there is one that cannot or must not be read. */
  readonly load: (name: string) => Promise<string | null>
  /** Durable and all at once: a crash leaves the old secret or the new one. */
  readonly save: (name: string, secret: string) => Promise<void>
}

/** Where a plain vault keeps a secret. */
const plainFile = (directory: string, name: string): string => join(directory, `${name}.pem`)
/** Where a vault keeps a secret that only the system's keychain opens. */
export const sealedFile = (directory: string, name: string): string => join(directory, `${name}.sealed`)

/**
 * Plain files that only their owner may read, for machines without a keychain. A secret that a keychain sealed in the same directory is
 * not replaced by another one: reading it is an error that says where it opens.
 */
export const createFileVault = (directory: string): SecretVault => ({
  keptIn: 'a file that only this user can read',
  sealed: false,
  load: async (name) => {
    if (existsSync(sealedFile(directory, name)))
      throw new WindfallError(
        'config.invalid',
        `${sealedFile(directory, name)} was sealed by the keychain of a desktop session and opens only there. Start the Windfall app in that session, or give this one a data directory of its own with --data, which makes it another node.`,
      )
    return readPrivateFile(plainFile(directory, name))
  },
  save: async (name, secret) => writePrivateFile(plainFile(directory, name), secret),
})

/**
 * The secret of this name from `vault`. One that an earlier version or a session without keychain left in a plain file of `directory` moves
 * into a sealing vault first: it is sealed, read back, and only then is the file removed. `null` if there is none anywhere.
 * Error: `config.invalid` if there are two different ones, or if the vault does not give back what it was given.
 */
export async function loadIntoVault(vault: SecretVault, directory: string, name: string): Promise<string | null> {
  const file = plainFile(directory, name)
  const plain = vault.sealed ? readPrivateFile(file) : null
  const kept = await vault.load(name)
  if (plain === null) return kept
  if (kept === null) await sealAndCheck(vault, { directory, name, plain })
  else if (kept !== plain) throw twoSecrets(vault, file)
  removePrivateFile(file)
  return plain
}

async function sealAndCheck(vault: SecretVault, { directory, name, plain }: { readonly directory: string; readonly name: string; readonly plain: string }) {
  await vault.save(name, plain)
  if ((await vault.load(name)) === plain) return
  removePrivateFile(sealedFile(directory, name))
  throw notReadBack(vault, plainFile(directory, name))
}

const notReadBack = ({ keptIn }: SecretVault, file: string) =>
  new WindfallError(
    'config.invalid',
    `${keptIn} does not give back the secret it was given, which is therefore still in ${file}. Repair the keychain and start again.`,
  )

const twoSecrets = ({ keptIn }: SecretVault, file: string) =>
  new WindfallError(
    'config.invalid',
    `${file} and ${keptIn} hold two different keys. Move the file away to go on with the key in the keychain, or move the .sealed file beside it away to go on with the file.`,
  )
