/** People in browsers: the way to their provider and back, what they are shown where it fails, and that no other site does anything in their name. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { CLIENT, type FakeIssuer, type Said, startFakeIssuer } from '../members/issuer.fake.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

const HERE = 'https://coordinator.example'
const ADA: Said = { claims: { email: 'ada@example.org', email_verified: true } }
let issuer: FakeIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startFakeIssuer({ now: () => server.core.clock.now() })
  const provider = { issuer: issuer.issuer, ...CLIENT }
  const signIn = { provider, founder: 'ada@example.org', lengths: { sessionMs: 43_200_000, sessionIdleMs: 3_600_000 } }
  server = await startTestServer(undefined, undefined, { changes: () => ({ signIn }) })
  server.core.clock.jump(systemClock.now() - server.core.clock.now())
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

const get = (url: string, headers: Record<string, string> = {}) => server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', ...headers } })
const cookiesOf = ({ cookies }: Awaited<ReturnType<typeof get>>) => Object.fromEntries(cookies.map(({ name, value }) => [name, value]))
const own = { origin: HERE, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
const post = (url: string, headers: Record<string, string>, payload = '{}') =>
  server.app.inject({ method: 'POST', url, headers: { host: '127.0.0.1', ...headers }, payload })

async function comeBack({ query = '', said = ADA, cookie = '' } = {}) {
  const sent = await get(`/auth/sign-in${query}`)
  const browser = `__Host-windfall-sign-in=${cookiesOf(sent)['__Host-windfall-sign-in']}`
  const back = issuer.signIn(String(sent.headers.location), said)
  return { browser, back, answer: await get(`/auth/callback?${back.toString()}`, { cookie: `${browser}; ${cookie}` }) }
}
async function signIn(): Promise<string> {
  const { answer } = await comeBack()
  return `__Host-windfall-session=${cookiesOf(answer)['__Host-windfall-session']}`
}

test('somebody signs in, is who they are to every call, and signs out for good', async () => {
  const sent = await get('/auth/sign-in?return=/console')
  expect(sent).toMatchObject({ statusCode: 302, headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' } })
  expect(sent.headers['set-cookie']).toMatch(/^__Host-windfall-sign-in=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/)
  const { answer } = await comeBack({ query: '?return=/console' })
  expect(answer).toMatchObject({ statusCode: 303, headers: { location: '/console', 'referrer-policy': 'no-referrer' } })
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^__Host-windfall-sign-in=; Path=\/; Max-Age=0/),
    expect.stringMatching(/^__Host-windfall-session=wfs_[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure$/),
  ])
  const cookie = `__Host-windfall-session=${cookiesOf(answer)['__Host-windfall-session']}`
  expect((await get('/v1/whoami', { cookie })).json()).toMatchObject({
    kind: 'member',
    member: { email: 'ada@example.org', role: 'owner' },
    session: { current: true },
  })
  expect((await get('/v1/members', { cookie })).json()).toMatchObject({ items: [expect.objectContaining({ email: 'ada@example.org' })] })
  const out = await post('/v1/sign-out', { cookie, ...own })
  expect([out.statusCode, out.headers['set-cookie']]).toEqual([200, expect.stringMatching(/^__Host-windfall-session=; Path=\/; Max-Age=0/)])
  expect((await get('/v1/whoami', { cookie })).statusCode).toBe(401)
})

test('a cookie alone does nothing: a page of another site, a form and a neighbour are refused, and a key in the same request is not helped by it', async () => {
  const cookie = await signIn()
  const invited = JSON.stringify({ email: 'eve@evil.example', role: 'viewer' })
  for (const wrong of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'content-type': 'text/plain' },
  ])
    expect((await post('/v1/members', { cookie, ...own, ...wrong }, invited)).statusCode, JSON.stringify(wrong)).toBe(403)
  expect((await post('/v1/members', { cookie, 'content-type': 'application/json' }, invited)).statusCode).toBe(403)
  expect((await get('/v1/members', { cookie, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
  expect((await post('/v1/members', { cookie, ...own, authorization: 'Bearer wf_unknown' }, invited)).statusCode).toBe(403)
  expect((await post('/v1/members', { cookie, ...own, authorization: 'Basic eDp5' }, invited)).statusCode).toBe(401)
  expect((await get('/v1/members', { cookie: cookie.replace('__Host-', '') })).statusCode).toBe(401)
  expect((await get('/v1/members', { cookie: `${cookie}; ${cookie}x` })).statusCode).toBe(401)
  expect((await post('/v1/members', { cookie, ...own }, invited)).statusCode).toBe(200)
})

test('an answer that was begun elsewhere signs nobody in, and says so in a page that runs nothing', async () => {
  const { browser, back } = await comeBack()
  for (const cookie of ['', '__Host-windfall-sign-in=planted', browser]) {
    const answer = await get(`/auth/callback?${back.toString()}`, { cookie })
    expect(answer).toMatchObject({ statusCode: 403, headers: { 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' } })
    expect(answer.headers['content-security-policy']).toBe("default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    expect(answer.body).toMatch(/<html lang="en">[^]*<h1>You are not signed in<\/h1>[^]*role="alert">This sign-in was not begun in this browser/)
    expect(cookiesOf(answer)['__Host-windfall-session']).toBeUndefined()
  }
})

test('what the provider says stays text, and nothing of it is shown that anybody could have written', async () => {
  const { answer } = await comeBack({ said: { error: '<script>alert(1)</script>' } })
  expect(answer.statusCode).toBe(403)
  expect(answer.body).not.toMatch(/<script|alert\(1\)/)
  expect((await comeBack({ said: { claims: { sub: 'nobody' } } })).answer.body).toMatch(/Nobody has invited you here/)
})

test('a session from before is worth nothing once its browser signs in', async () => {
  const planted = await signIn()
  const { answer } = await comeBack({ cookie: planted })
  expect(answer.statusCode).toBe(303)
  expect((await get('/v1/whoami', { cookie: planted })).statusCode).toBe(401)
})

test('a command line is signed in by what the person reads, and by nothing before that', async () => {
  const verifier = 'v'.repeat(43)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const { answer } = await comeBack({ query: `?challenge=${challenge}&port=49152&label=studio-7` })
  expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
  const [, code = ''] = /<strong>([\w-]{43})<\/strong>/.exec(answer.body) ?? []
  expect(answer.body).toContain(`href="http://127.0.0.1:49152/?code=${code}"`)
  expect(answer.body).toMatch(/the command line on studio-7 act as you/)
  expect(cookiesOf(answer)['__Host-windfall-session']).toBeUndefined()
  const redeemed = await post('/v1/sign-ins/redeem', { 'content-type': 'application/json' }, JSON.stringify({ code, verifier }))
  const authorization = `Bearer ${redeemed.json().token}`
  // What a command line sends no browser sends by itself.
  expect(
    (await post('/v1/members', { authorization, 'content-type': 'application/json' }, JSON.stringify({ email: 'bob@example.org', role: 'viewer' }))).statusCode,
  ).toBe(200)
  expect((await get('/v1/sessions', { authorization })).json().sessions).toEqual(
    expect.arrayContaining([expect.objectContaining({ client: 'cli', label: 'studio-7', current: true })]),
  )
})

test('where nobody can sign in the page says who can change that, and so does a provider that is down', async () => {
  // What it said of itself is good for an hour.
  await server.core.clock.advance(3_600_000)
  issuer.changes.status = 503
  const down = await get('/auth/sign-in')
  expect([down.statusCode, down.body]).toEqual([503, expect.stringMatching(/nobody can sign in now[^]*href="\/auth\/sign-in"/)])
  await using other = await startTestServer()
  const answer = await other.app.inject({ method: 'GET', url: '/auth/sign-in', headers: { host: '127.0.0.1' } })
  expect([answer.statusCode, answer.body]).toEqual([404, expect.stringMatching(/WINDFALL_OIDC_ISSUER/)])
})
