import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createFakeKeychain } from './secret-vault.fake.ts'
import { createFileVault, loadIntoVault } from './secret-vault.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-vault-'))
})
const file = (name: string) => join(directory, name)
const isRefused = (what: RegExp) => expect.objectContaining({ code: 'config.invalid', message: expect.stringMatching(what) })

test('a plain vault keeps a secret in the file earlier versions used, for its owner only', async () => {
  const vault = createFileVault(directory)
  expect(await vault.load('device-key')).toBeNull()
  await vault.save('device-key', 'secret')
  expect([await vault.load('device-key'), readFileSync(file('device-key.pem'), 'utf8')]).toEqual(['secret', 'secret'])
  chmodSync(file('device-key.pem'), 0o644)
  await expect(vault.load('device-key')).rejects.toEqual(isRefused(/chmod 600/))
})

test('a secret that a keychain sealed is not replaced by a session without that keychain', async () => {
  await createFakeKeychain(directory).save('device-key', 'sealed secret')
  await expect(createFileVault(directory).load('device-key')).rejects.toEqual(isRefused(/device-key\.sealed.*keychain.*--data/))
  expect(existsSync(file('device-key.pem'))).toBe(false)
})

test('a plain secret moves into a keychain once there is one, and its file goes', async () => {
  await createFileVault(directory).save('device-key', 'secret')
  const keychain = createFakeKeychain(directory)
  expect(await loadIntoVault(keychain, directory, 'device-key')).toBe('secret')
  expect(existsSync(file('device-key.pem'))).toBe(false)
  expect(readFileSync(file('device-key.sealed'), 'utf8')).not.toContain('secret')
  expect(await loadIntoVault(keychain, directory, 'device-key')).toBe('secret')
})

test('a crash after sealing and before removing is finished by the next start', async () => {
  const keychain = createFakeKeychain(directory)
  await keychain.save('device-key', 'secret')
  writeFileSync(file('device-key.pem'), 'secret', { mode: 0o600 })
  expect(await loadIntoVault(keychain, directory, 'device-key')).toBe('secret')
  expect(existsSync(file('device-key.pem'))).toBe(false)
})

test('a keychain that does not give back what it was given costs nobody a key', async () => {
  await createFileVault(directory).save('device-key', 'secret')
  const forgetful = createFakeKeychain(directory, () => 'something else')
  await expect(loadIntoVault(forgetful, directory, 'device-key')).rejects.toEqual(isRefused(/does not give back.*still in/))
  expect(readFileSync(file('device-key.pem'), 'utf8')).toBe('secret')
  expect(existsSync(file('device-key.sealed'))).toBe(false)
})

test('two different secrets are never chosen between', async () => {
  const keychain = createFakeKeychain(directory)
  await keychain.save('device-key', 'one')
  writeFileSync(file('device-key.pem'), 'other', { mode: 0o600 })
  await expect(loadIntoVault(keychain, directory, 'device-key')).rejects.toEqual(isRefused(/two different keys/))
  expect([await keychain.load('device-key'), readFileSync(file('device-key.pem'), 'utf8')]).toEqual(['one', 'other'])
})

test('a vault that seals nothing leaves a plain file where it is', async () => {
  const plain = createFileVault(directory)
  await plain.save('device-key', 'secret')
  expect(await loadIntoVault(plain, directory, 'device-key')).toBe('secret')
  expect(await loadIntoVault(plain, directory, 'another')).toBeNull()
  expect(existsSync(file('device-key.pem'))).toBe(true)
})
