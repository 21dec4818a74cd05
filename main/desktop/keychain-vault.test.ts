import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Keychain, openKeychainVault } from './keychain-vault.ts'

const newDirectory = () => mkdtempSync(join(tmpdir(), 'windfall-vault-'))
const SECRET = 'a secret of the owner'

const flipped = (text: string): string => text.split('').toReversed().join('')

/** A keychain that turns text around, under a key of its own. */
function fakeKeychain({ backend = 'gnome_libsecret', available = true, key = 'k1', rotated = false } = {}): Keychain {
  return {
    isAsyncEncryptionAvailable: async () => available,
    getSelectedStorageBackend: () => backend as ReturnType<Keychain['getSelectedStorageBackend']>,
    encryptStringAsync: async (text) => Buffer.from(`${key}:${flipped(text)}`),
    decryptStringAsync: async (sealed) => {
      const [by = '', ...rest] = sealed.toString().split(':')
      if (by !== key && !rotated) throw new Error('Error while decrypting the ciphertext')
      return { result: flipped(rest.join(':')), shouldReEncrypt: by !== key }
    },
  }
}

describe('where the system has a keychain', () => {
  test('a secret is sealed in a file of its own, which only its owner may read, and comes back', async () => {
    const directory = newDirectory()
    const vault = await openKeychainVault(fakeKeychain(), directory, 'linux')
    expect(await vault.load('device-key')).toBeNull()
    await vault.save('device-key', SECRET)
    expect(readdirSync(directory)).toEqual(['device-key.sealed'])
    expect(readFileSync(join(directory, 'device-key.sealed'), 'utf8')).not.toContain(SECRET)
    if (process.platform !== 'win32') expect(statSync(join(directory, 'device-key.sealed')).mode & 0o777).toBe(0o600)
    expect(await (await openKeychainVault(fakeKeychain(), directory, 'linux')).load('device-key')).toBe(SECRET)
  })

  test('a secret sealed under an older key of the keychain is sealed anew', async () => {
    const directory = newDirectory()
    await (await openKeychainVault(fakeKeychain(), directory, 'linux')).save('device-key', SECRET)
    const rotated = await openKeychainVault(fakeKeychain({ key: 'k2', rotated: true }), directory, 'linux')
    expect(await rotated.load('device-key')).toBe(SECRET)
    expect(await (await openKeychainVault(fakeKeychain({ key: 'k2' }), directory, 'linux')).load('device-key')).toBe(SECRET)
  })

  test('what it does not open stays as it is, and the owner is told what to do', async () => {
    const directory = newDirectory()
    await (await openKeychainVault(fakeKeychain(), directory, 'linux')).save('device-key', SECRET)
    const sealed = readFileSync(join(directory, 'device-key.sealed'))
    const other = await openKeychainVault(fakeKeychain({ key: 'k2' }), directory, 'linux')
    await expect(other.load('device-key')).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('Unlock it') })
    expect(readFileSync(join(directory, 'device-key.sealed'))).toEqual(sealed)
  })

  test.each([
    ['darwin', 'unknown', 'macOS Keychain'],
    ['win32', 'unknown', 'Windows data protection (DPAPI)'],
    ['linux', 'gnome_libsecret', 'GNOME keyring (libsecret)'],
    ['linux', 'kwallet', 'KWallet'],
    ['linux', 'kwallet5', 'KWallet'],
    ['linux', 'kwallet6', 'KWallet'],
  ] as const)('%s with %s keeps it in the %s', async (platform, backend, keptIn) => {
    expect(await openKeychainVault(fakeKeychain({ backend }), newDirectory(), platform)).toMatchObject({ keptIn, sealed: true })
  })
})

describe('where it has none', () => {
  test.each([
    ['linux', { backend: 'basic_text' }],
    ['linux', { backend: 'unknown' }],
    ['linux', { available: false }],
    ['darwin', { available: false }],
  ] as const)('the secret is a plain file, and said to be one: %s, %o', async (platform, kind) => {
    const directory = newDirectory()
    const vault = await openKeychainVault(fakeKeychain(kind), directory, platform)
    expect(vault).toMatchObject({ keptIn: 'a file protected only by this user account', sealed: false })
    await vault.save('device-key', SECRET)
    expect(await vault.load('device-key')).toBe(SECRET)
    expect(readdirSync(directory)).toEqual(['device-key.pem'])
  })

  test('a secret that a keychain sealed is missed, not replaced', async () => {
    const directory = newDirectory()
    await (await openKeychainVault(fakeKeychain(), directory, 'linux')).save('device-key', SECRET)
    const vault = await openKeychainVault(fakeKeychain({ backend: 'basic_text' }), directory, 'linux')
    await expect(vault.load('device-key')).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('opens only there') })
    expect(await vault.load('another')).toBeNull()
  })
})

test('a keychain that fails while it is asked is none', async () => {
  const broken: Keychain = { ...fakeKeychain(), isAsyncEncryptionAvailable: () => Promise.reject(new Error('no bus')) }
  const directory = newDirectory()
  writeFileSync(join(directory, 'device-key.pem'), SECRET, { mode: 0o600 })
  const vault = await openKeychainVault(broken, directory, 'linux')
  expect(vault.sealed).toBe(false)
  expect(await vault.load('device-key')).toBe(SECRET)
})
