import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { CLIENT, type FakeIssuer, type Said, startFakeIssuer } from './issuer.fake.ts'
import { type Checks, type Provider, createProvider } from './provider.ts'

const CALLBACK = 'https://coordinator.example/auth/callback'
const CHECKS: Checks = { state: 's'.repeat(43), nonce: 'n'.repeat(43), verifier: 'v'.repeat(43) }
let issuer: FakeIssuer
let provider: Provider
let refused: string[]
const waiting = createFakeClock()
const clock = { now: systemClock.now, monotonic: waiting.monotonic }
const at = (name: string) => createProvider({ issuer: name, ...CLIENT }, { clock, redirectUri: () => CALLBACK, refused: (reason) => refused.push(reason) })

beforeAll(async () => {
  issuer = await startFakeIssuer(clock)
})
afterAll(() => issuer[Symbol.asyncDispose]())
beforeEach(() => {
  refused = []
  Object.assign(issuer.changes, { metadata: {}, status: 200 })
  provider = at(issuer.issuer)
})
afterEach(() => vi.useRealTimers())

const identify = async (said: Said = {}, checks = CHECKS) => provider.identify(issuer.signIn(await provider.address(CHECKS), said), checks)

test('a browser is sent to the provider with everything that ties its answer to it', async () => {
  const address = new URL(await provider.address(CHECKS))
  expect(`${address.origin}${address.pathname}`).toBe(`${issuer.issuer}/authorize`)
  expect(Object.fromEntries(address.searchParams)).toEqual({
    client_id: CLIENT.clientId,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid email profile',
    state: CHECKS.state,
    nonce: CHECKS.nonce,
    code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    code_challenge_method: 'S256',
  })
  expect(address.href).not.toContain(CHECKS.verifier)
})

test('what the provider says of somebody is taken as it is meant', async () => {
  expect(await identify({ claims: { email: 'Ada@Example.org', email_verified: true, name: ' Ada\u202e L. ' } })).toEqual({
    issuer: issuer.issuer,
    subject: 'subject-1',
    email: 'ada@example.org',
    emailVerified: true,
    name: 'Ada  L.',
  })
  // The Kelvin sign becomes a k in lower case.
  expect(await identify({ claims: { email: '\u212Aay@example.org', email_verified: true } })).toMatchObject({ email: null })
  expect(await identify({ claims: { email: 'ada@example.org', email_verified: 'true', name: 7 } })).toMatchObject({ emailVerified: false, name: null })
})

const seconds = Math.floor(systemClock.now() / 1000)
test.each<[string, Said]>([
  ['another nonce', { claims: { nonce: 'of another sign-in' } }],
  ['no nonce', { claims: { nonce: undefined } }],
  ['another audience', { claims: { aud: 'another-client' } }],
  ['several audiences', { claims: { aud: [CLIENT.clientId, 'another-client'], azp: CLIENT.clientId } }],
  ['another authorized party', { claims: { azp: 'another-client' } }],
  ['another issuer in the token', { claims: { iss: 'https://evil.example' } }],
  ['a token that has expired', { claims: { iat: seconds - 300, exp: seconds - 120 } }],
  ['a token of long ago that still goes on', { claims: { iat: seconds - 3_600, exp: seconds + 3_600 } }],
  ['a token of the future', { claims: { iat: seconds + 3_600, exp: seconds + 7_200 } }],
  ['a token without an end', { claims: { exp: undefined } }],
  ['nobody', { claims: { sub: undefined } }],
  ['a name with a line in it', { claims: { sub: 'a\nb' } }],
  ['no signature', { signed: 'none' }],
  ['the public key taken for a secret', { signed: 'hs256' }],
  ['the key of a stranger', { signed: 'stranger' }],
  ['the answer of another provider (mix-up)', { iss: 'https://evil.example' }],
  ['an answer that does not say whose it is', { iss: null }],
])('refuses %s', async (_, said) => {
  await expect(identify(said)).rejects.toMatchObject({ code: 'auth.refused', message: expect.stringContaining('cannot be trusted') })
  expect(refused).toHaveLength(1)
})

test('a code counts once, for the sign-in that it was given for, and with its state', async () => {
  const back = issuer.signIn(await provider.address(CHECKS))
  expect(await provider.identify(back, CHECKS)).toMatchObject({ subject: 'subject-1' })
  await expect(provider.identify(back, CHECKS)).rejects.toMatchObject({ code: 'auth.refused', message: expect.stringContaining('used') })
  await expect(identify({}, { ...CHECKS, verifier: 'x'.repeat(43) })).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(identify({}, { ...CHECKS, state: 'x'.repeat(43) })).rejects.toMatchObject({ code: 'auth.refused' })
  const twice = issuer.signIn(await provider.address(CHECKS))
  twice.append('code', 'another')
  await expect(provider.identify(twice, CHECKS)).rejects.toMatchObject({ code: 'auth.refused' })
})

test('whoever says no, or may not, reads so, and nothing that the answer says', async () => {
  await expect(identify({ error: 'access_denied' })).rejects.toMatchObject({ code: 'auth.refused', message: expect.stringContaining('said no') })
  await expect(identify({ error: '<b>call 0900</b>' })).rejects.toMatchObject({ message: expect.not.stringContaining('0900') })
})

test('a provider that is another one, or signs in no way that can be checked, is not used', async () => {
  issuer.changes.metadata = { issuer: 'https://evil.example' }
  await expect(provider.address(CHECKS)).rejects.toMatchObject({ code: 'unavailable' })
  issuer.changes.metadata = { id_token_signing_alg_values_supported: ['HS256', 'none'] }
  await expect(at(issuer.issuer).address(CHECKS)).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('public key') })
  issuer.changes.metadata = {}
  await expect(at(`${issuer.issuer}/`).address(CHECKS)).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('calls itself') })
})

test('a provider that is down says so, is left alone for a moment, and is used again when it is back', async () => {
  issuer.changes.status = 503
  const before = issuer.count('/.well-known/openid-configuration')
  for (let times = 0; times < 3; times += 1)
    await expect(provider.address(CHECKS)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/127\.0\.0\.1.*nobody can sign in now/),
    })
  expect(issuer.count('/.well-known/openid-configuration') - before).toBe(1)
  issuer.changes.status = 200
  await waiting.advance(6_000)
  expect(await identify()).toMatchObject({ subject: 'subject-1' })
  issuer.changes.status = 500
  await expect(identify()).rejects.toMatchObject({ code: 'unavailable' })
})

test('keys are fetched once for many, and an unknown one does not make the provider busy', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const before = issuer.count('/jwks')
  await identify()
  await identify()
  for (let times = 0; times < 3; times += 1) await expect(identify({ signed: 'stranger' })).rejects.toThrow()
  expect(issuer.count('/jwks') - before).toBe(1)
  vi.setSystemTime(systemClock.now() + 61_000)
  await expect(identify({ signed: 'stranger' })).rejects.toThrow()
  await identify()
  expect(issuer.count('/jwks') - before).toBe(2)
})
