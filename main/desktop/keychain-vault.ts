import { existsSync, readFileSync } from 'node:fs'
import type { SafeStorage } from 'electron'
import { WindfallError } from '../../shared/errors.ts'
import { writePrivateFile } from '../kernel/key-file.ts'
import { type SecretVault, createFileVault, sealedFile } from '../kernel/secret-vault.ts'

export type Keychain = Pick<SafeStorage, 'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'>

/** By what Electron names the backend of a Linux desktop; one that is not here protects nothing. */
const LINUX_KEYCHAINS: Readonly<Record<string, string>> = {
  gnome_libsecret: 'GNOME keyring (libsecret)',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
}
const PLAIN = 'a file protected only by this user account'

/**
 * Secrets in `directory`, each in a file `<name>.sealed` that only the system's keychain opens; plain files, and words that say
 * so, where the desktop has no keychain. To be called once Electron is ready.
 */
export async function openKeychainVault(keychain: Keychain, directory: string, platform: NodeJS.Platform): Promise<SecretVault> {
  const keptIn = keychainName(keychain, platform)
  const available = keptIn !== null && (await keychain.isAsyncEncryptionAvailable().catch(() => false))
  return available ? createSealedVault({ keychain, directory, keptIn }) : { ...createFileVault(directory), keptIn: PLAIN }
}

function keychainName(keychain: Keychain, platform: NodeJS.Platform): string | null {
  if (platform === 'darwin') return 'macOS Keychain'
  if (platform === 'win32') return 'Windows data protection (DPAPI)'
  return LINUX_KEYCHAINS[keychain.getSelectedStorageBackend()] ?? null
}

function createSealedVault({ keychain, directory, keptIn }: { keychain: Keychain; directory: string; keptIn: string }): SecretVault {
  const save = async (name: string, secret: string) => writePrivateFile(sealedFile(directory, name), await keychain.encryptStringAsync(secret))
  return {
    keptIn,
    sealed: true,
    save,
    load: async (name) => {
      const file = sealedFile(directory, name)
      if (!existsSync(file)) return null
      const { result, shouldReEncrypt } = await open(keychain, file, keptIn)
      if (shouldReEncrypt) await save(name, result)
      return result
    },
  }
}

async function open(keychain: Keychain, file: string, keptIn: string): ReturnType<Keychain['decryptStringAsync']> {
  try {
    return await keychain.decryptStringAsync(readFileSync(file))
  } catch (cause) {
    throw new WindfallError(
      'config.invalid',
      `${keptIn} does not open ${file}. Unlock it, or bring back the keychain that sealed this file, and start again. Moving the file away makes this machine a new node.`,
      { cause },
    )
  }
}
