import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type Mock, afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { REQUESTER } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { CLIENT, type FakeIssuer, startFakeIssuer } from '../../coordinator/members/issuer.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { codeIn } from '../hand-over.ts'
import { type Ran, run } from '../run.fixture.ts'

const LENGTHS = { sessionMs: 43_200_000, sessionIdleMs: 3_600_000 }
let issuer: FakeIssuer
let server: TestServer
let url: string
let data: string
beforeAll(async () => {
  issuer = await startFakeIssuer({ now: () => server.core.clock.now() })
  const signIn = { provider: { issuer: issuer.issuer, ...CLIENT }, founder: 'ada@example.org', lengths: LENGTHS }
  server = await startTestServer(undefined, undefined, { changes: () => ({ signIn }) })
  server.core.clock.jump(systemClock.now() - server.core.clock.now())
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})
beforeEach(() => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
  data = mkdtempSync(join(tmpdir(), 'windfall-login-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(data, { recursive: true, force: true })
})

const at = (...args: string[]) => run(...args, '--data', data, '--coordinator', url)

const inject = (path: string, cookie = '') => server.app.inject({ method: 'GET', url: path, headers: { host: '127.0.0.1', cookie } })

/** What a person's browser shows in the end that was sent to `address`. */
async function pageFor(address: string, email: string): Promise<string> {
  const { pathname, search } = new URL(address)
  const begun = await inject(`${pathname}${search}`)
  const back = issuer.signIn(String(begun.headers.location), { claims: { sub: email, email, email_verified: true } })
  return (await inject(`/auth/callback?${back.toString()}`, begun.cookies.map(({ name, value }) => `${name}=${value}`).join('; '))).body
}

const linkIn = (page: string): string => /href="(http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]+)"/.exec(page)?.[1] ?? ''
const codeOn = (page: string): string => /<strong>([\w-]{43})<\/strong>/.exec(page)?.[1] ?? ''

/** Runs `windfall login`, and does with the page what a person does. */
async function login(email: string, follow: (page: string, terminal: PassThrough) => unknown, ...args: string[]): Promise<Ran> {
  const terminal = new PassThrough()
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as unknown as typeof process.stdin)
  const ran = run('login', '--data', data, '--coordinator', url, ...args)
  // The command line that runs has put itself between the two.
  const { stderr } = process as unknown as { stderr: { readonly write: Mock } }
  const said = () => stderr.write.mock.calls.map(([text]) => String(text)).join('')
  try {
    await expect.poll(said).toMatch(/http\S+\/auth\/sign-in\S+/)
    await follow(await pageFor(/http\S+\/auth\/sign-in\S+/.exec(said())?.[0] ?? '', email), terminal)
    return await ran
  } finally {
    stdin.mockRestore()
  }
}

test('somebody signs in with a browser on the same machine, is themselves to every command, and signs out', async () => {
  const signedIn = await login('ada@example.org', async (page) => {
    const link = linkIn(page)
    expect((await fetch(link.replace(/\?.*/, '?code=short'))).status).toBe(404)
    expect(await (await fetch(link)).text()).toMatch(/You can close this page/)
  })
  expect(signedIn).toMatchObject({ code: 0, out: expect.stringMatching(/^Signed in at http.* as ada@example\.org, owner, until /) })
  const [file = ''] = readdirSync(join(data, 'sign-ins'))
  expect(statSync(join(data, 'sign-ins', file)).mode & 0o777).toBe(0o600)
  expect((await at('whoami')).out).toMatch(/email +ada@example\.org[^]*role +owner[^]*session +until/)
  expect((await at('session', 'list')).out).toMatch(/command line .*\(this one\)/)
  expect((await at('member', 'list')).out).toMatch(/owner .*ada@example\.org/)
  expect((await at('logout')).out).toMatch(/^Signed out at http/)
  expect(await at('whoami')).toMatchObject({ code: 2, err: expect.stringContaining('windfall login --coordinator') })
  expect(JSON.parse((await at('logout', '--json')).out)).toMatchObject({ signedOut: false })
})

test('over SSH the code is pasted, and an owner lets people in, changes them and lets them go, at once', async () => {
  await login('ada@example.org', (page, terminal) => terminal.write(`what?\n${codeOn(page)}\n`))
  const invited = await at('member', 'invite', 'Bob@example.org', '--role', 'requester', '--account', REQUESTER, '--json')
  const { memberId } = JSON.parse(invited.out) as { memberId: string }
  expect(JSON.parse(invited.out)).toMatchObject({ email: 'bob@example.org', role: 'requester', requesterId: REQUESTER, joinedAt: null })
  expect(await at('member', 'invite', 'bob@example.org', '--role', 'viewer')).toMatchObject({ code: 4, err: expect.stringContaining('there already') })
  expect(await at('member', 'invite', 'eve@example.org', '--role', 'requester')).toMatchObject({
    code: 2,
    err: expect.stringContaining('needs the id of a requester'),
  })
  expect(await at('member', 'invite', 'no address', '--role', 'viewer')).toMatchObject({ code: 2 })
  const [me = ''] = (await at('member', 'list')).out.match(/\S+(?= +owner)/) ?? []
  expect(await at('member', 'remove', me)).toMatchObject({ code: 4, err: expect.stringContaining('last owner') })
  const ada = data
  data = mkdtempSync(join(tmpdir(), 'windfall-login-'))
  await login('bob@example.org', (page, terminal) => terminal.write(`${linkIn(page)}\n`), '--json')
  expect(JSON.parse((await at('whoami', '--json')).out)).toMatchObject({ kind: 'member', requesterId: REQUESTER, member: { memberId, role: 'requester' } })
  expect((await at('job', 'list')).code).toBe(0)
  expect(await at('member', 'list')).toMatchObject({ code: 4 })
  const asAda = (...args: string[]) => run(...args, '--data', ada, '--coordinator', url)
  expect((await asAda('member', 'set-role', memberId, 'viewer')).out).toMatch(/role +viewer/)
  expect((await at('whoami')).out).toMatch(/role +viewer/)
  expect((await asAda('member', 'remove', memberId)).out).toMatch(/signed out everywhere/)
  expect(await at('whoami')).toMatchObject({ code: 4, err: expect.stringContaining('Sign in again: windfall login') })
  expect(await at('logout')).toMatchObject({ code: 0 })
  rmSync(ada, { recursive: true, force: true })
})

test('a session that has ended says so before anything is sent, and one that others may read is not used', async () => {
  await login('ada@example.org', (page, terminal) => terminal.write(`${codeOn(page)}\n`))
  const file = join(data, 'sign-ins', readdirSync(join(data, 'sign-ins'))[0] ?? '')
  writeFileSync(file, JSON.stringify({ origin: url, token: `wfs_${'x'.repeat(43)}`, expiresAt: '2020-01-01T00:00:00.000Z' }))
  expect(await at('whoami')).toMatchObject({ code: 4, err: expect.stringContaining('until 2020-01-01') })
  writeFileSync(file, 'damaged')
  expect(await at('whoami')).toMatchObject({ code: 2, err: expect.stringContaining('needs an API key') })
  expect((await run('whoami', '--data', data, '--coordinator', url, '--key', server.core.apiKey)).out).toMatch(`An API key of the account ${REQUESTER}`)
})

test('a key is kept instead, and then commands need to be told nothing', async () => {
  vi.stubEnv('WINDFALL_API_KEY', server.core.apiKey)
  expect(await at('login', '--with-key')).toMatchObject({
    code: 0,
    out: expect.stringContaining(`Kept the key of the account ${REQUESTER}`),
    err: expect.stringContaining('Pinned the keys'),
  })
  vi.stubEnv('WINDFALL_API_KEY', undefined)
  const [file = ''] = readdirSync(join(data, 'sign-ins'))
  expect(statSync(join(data, 'sign-ins', file)).mode & 0o777).toBe(0o600)
  expect((await run('whoami', '--data', data)).out).toContain(REQUESTER)
  expect((await run('job', 'list', '--data', data)).out).toMatch(/^No jobs\. Have one done with: windfall job run/)
  expect((await run('logout', '--data', data)).out).toMatch(/^Forgot the key .* windfall api-key revoke \w{8}\n$/)
  expect((await run('job', 'list', '--data', data)).err).toContain('windfall login --coordinator URL')
})

test('the address of the console, as a browser shows it, names its coordinator', async () => {
  vi.stubEnv('WINDFALL_API_KEY', server.core.apiKey)
  expect(await run('login', '--with-key', '--data', data, '--coordinator', `${url}/console/#/jobs`)).toMatchObject({
    code: 0,
    out: expect.stringContaining(` for ${url}. `),
    err: expect.stringContaining(`that ${url} signs`),
  })
  vi.stubEnv('WINDFALL_API_KEY', undefined)
  expect((await run('whoami', '--data', data)).out).toContain(REQUESTER)
})

test.each(['hello', 'wf_0a1b2c3d_short'])('%s is told apart from a key before anybody is asked', async (key) => {
  vi.stubEnv('WINDFALL_API_KEY', key)
  expect(await at('login', '--with-key')).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/no API key: they begin with wf_.*Copy all of it/) })
})

test('a key that the coordinator does not know is not kept', async () => {
  const unknown = `wf_0a1b2c3d_${'x'.repeat(43)}`
  vi.stubEnv('WINDFALL_API_KEY', unknown)
  expect(await at('login', '--with-key')).toMatchObject({ code: 4, out: '' })
  vi.stubEnv('WINDFALL_API_KEY', undefined)
  expect(await run('whoami', '--data', data)).toMatchObject({ code: 3 })
})

test('a code is found in whatever a person pastes', () => {
  const code = 'c'.repeat(43)
  expect([code, `  ${code} `, `http://127.0.0.1:49152/?code=${code}`].map(codeIn)).toEqual([code, code, code])
  expect(['', 'code', `${code}x`, 'http://127.0.0.1/?code=x', 'http://127.0.0.1/'].map(codeIn)).toEqual([null, null, null, null, null])
})
