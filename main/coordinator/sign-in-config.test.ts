import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCoordinatorConfig } from './config.ts'
import { signInRules } from './sign-in-config.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-sign-in-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const AT = { WINDFALL_OIDC_ISSUER: 'https://login.example/realm', WINDFALL_OIDC_CLIENT_ID: 'windfall' }
const rules = (environment: Record<string, string>) =>
  signInRules(readCoordinatorConfig({ WINDFALL_RPC_URL: 'http://127.0.0.1:8899', ...environment }, { dataDirectory: directory }))

test('nobody signs in until a provider is named, whose secret comes from the environment or from a file that nobody else reads', () => {
  expect(rules({ WINDFALL_OIDC_ISSUER: '' }).provider).toBeNull()
  expect(rules(AT).provider).toEqual({ issuer: 'https://login.example/realm', clientId: 'windfall', clientSecret: null })
  expect(rules({ ...AT, WINDFALL_OIDC_CLIENT_SECRET: 'a secret' }).provider).toMatchObject({ clientSecret: 'a secret' })
  const file = join(directory, 'secret')
  writeFileSync(file, 'of the file\n', { mode: 0o600 })
  expect(rules({ ...AT, WINDFALL_OIDC_CLIENT_SECRET_FILE: file }).provider).toMatchObject({ clientSecret: 'of the file' })
  chmodSync(file, 0o644)
  expect(() => rules({ ...AT, WINDFALL_OIDC_CLIENT_SECRET_FILE: file })).toThrow(/chmod 600/)
})

test.each([
  ['http://login.example', /WINDFALL_OIDC_ISSUER.*https/],
  ['https://user:word@login.example', /issuer/],
  ['https://login.example/?tenant=a', /issuer/],
  ['login.example', /issuer/],
])('an issuer is not %s', (issuer, words) => expect(() => rules({ ...AT, WINDFALL_OIDC_ISSUER: issuer })).toThrow(words))

test('what does not go together is refused before anybody tries to sign in', () => {
  expect(rules({ ...AT, WINDFALL_OIDC_ISSUER: 'http://127.0.0.1:8080' }).provider).toMatchObject({ issuer: 'http://127.0.0.1:8080' })
  expect(() => rules({ WINDFALL_OIDC_ISSUER: AT.WINDFALL_OIDC_ISSUER })).toThrow(/WINDFALL_OIDC_CLIENT_ID/)
  expect(() => rules({ ...AT, WINDFALL_COORDINATOR_HOST: '0.0.0.0' })).toThrow(/WINDFALL_COORDINATOR_PUBLIC_URL/)
  expect(rules({ ...AT, WINDFALL_COORDINATOR_HOST: '0.0.0.0', WINDFALL_COORDINATOR_PUBLIC_URL: 'https://windfall.example' }).provider).not.toBeNull()
})
