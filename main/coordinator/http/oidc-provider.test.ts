/** The whole way through a real OpenID provider, as a browser goes it. */
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as oidc from 'oidc-provider'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

const CALLBACK = 'https://coordinator.example/auth/callback'
let issuer: string
const listening = createServer((request, response) => answer(request, response))
let answer: RequestListener
let server: TestServer

beforeAll(async () => {
  // It tells whoever starts it that it is not fit for production as it stands here.
  for (const level of ['info', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => undefined)
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const provider = new oidc.Provider(issuer, {
    clients: [
      { client_id: 'windfall', client_secret: 'secret+of/two', redirect_uris: [CALLBACK], grant_types: ['authorization_code'], response_types: ['code'] },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, name: id }) }),
  })
  answer = provider.callback()
  const rules = { provider: { issuer, clientId: 'windfall', clientSecret: 'secret+of/two' }, founder: 'ada@example.org' }
  const signIn = { ...rules, lengths: { sessionMs: 43_200_000, sessionIdleMs: 3_600_000 } }
  server = await startTestServer(undefined, undefined, { changes: () => ({ signIn }) })
})
afterAll(async () => {
  vi.restoreAllMocks()
  await server[Symbol.asyncDispose]()
  listening.closeAllConnections()
  await new Promise((resolve) => listening.close(resolve))
})

/** A browser that follows redirects within the provider, keeps its cookies and fills in its forms; returns where it is sent in the end. */
async function throughProvider(address: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let [at, form]: [string, URLSearchParams | null] = [address, null]
  for (let steps = 0; steps < 20; steps += 1) {
    if (!at.startsWith(issuer)) return new URL(at)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const shown: Response = await fetch(at, { method: form ? 'POST' : 'GET', body: form, headers: { cookie }, redirect: 'manual' })
    for (const set of shown.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const [location, page] = [shown.headers.get('location'), await shown.text()]
    const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(page) ?? []
    const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page) ?? []
    form = location === null ? new URLSearchParams({ prompt, login, password: 'any' }) : null
    at = new URL(location ?? action, at).href
  }
  throw new Error('the provider goes in circles')
}

test('somebody signs in at a real provider, and nobody with what it gave to another', async () => {
  // What it issues is between now and five minutes from now, by the coordinator's clock, however long the rest takes.
  server.core.clock.jump(systemClock.now() + 240_000 - server.core.clock.now())
  const get = (url: string, cookie = '') => server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', cookie } })
  const begun = await get('/auth/sign-in')
  const browser = begun.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const back = await throughProvider(String(begun.headers.location), 'ada')
  expect(back.href).toMatch(/^https:\/\/coordinator\.example\/auth\/callback\?code=[\w-]+&state=[\w-]+&iss=http/)
  const arrived = await get(`${back.pathname}${back.search}`, browser)
  expect([arrived.statusCode, arrived.body]).toEqual([303, ''])
  const session = arrived.cookies.find(({ name }) => name === '__Host-windfall-session')
  expect((await get('/v1/whoami', `__Host-windfall-session=${session?.value}`)).json()).toMatchObject({
    member: { email: 'ada@example.org', name: 'ada', role: 'owner' },
  })
  const other = await get('/auth/sign-in')
  const stolen = new URLSearchParams(back.search)
  stolen.set('state', new URL(String(other.headers.location)).searchParams.get('state') ?? '')
  const replayed = await get(`/auth/callback?${stolen.toString()}`, other.cookies.map(({ name, value }) => `${name}=${value}`).join('; '))
  expect([replayed.statusCode, replayed.body]).toEqual([403, expect.stringContaining('used, expired or not its own')])
})
