import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { OPERATOR } from '../core.fake.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

const OPERATORS_KEY = generateApiKey(randomBytes)

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ network: { perSecond: 1, burst: 3 }, caller: { perSecond: 1e6, burst: 1e6 } })
  await grantApiKey(server.core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: OPERATORS_KEY, at: server.core.clock.now() })
})
afterEach(() => server[Symbol.asyncDispose]())

const get = (url: string, key?: string) => server.app.inject({ url, headers: { host: '127.0.0.1', ...(key ? { authorization: `Bearer ${key}` } : {}) } })

test('a balancer hears a word, however often it asks, and only who may see the system hears what is wrong', async () => {
  for (let i = 0; i < 10; i++) expect((await get('/healthz')).json()).toEqual({ status: 'alive' })
  expect((await get('/readyz')).json()).toEqual({ status: 'ready' })
  expect((await get('/readyz', OPERATORS_KEY)).json()).toEqual({ status: 'ready', parts: { database: null, shards: null, draining: null } })
  expect((await get('/readyz', server.core.apiKey)).json()).toEqual({ status: 'ready' })
  expect((await get('/readyz', 'wf_guessed')).json()).toEqual({ status: 'ready' })
  // Whoever shows keys to guess one is limited as everywhere.
  expect((await get('/readyz', 'wf_guessed-too')).statusCode).toBe(429)
  expect((await get('/readyz')).statusCode).toBe(200)
})

test('a coordinator that is stopping says so first, answers what still comes, and lives on', async () => {
  server.leave()
  const probe = await get('/readyz', OPERATORS_KEY)
  expect([probe.statusCode, probe.json()]).toEqual([
    503,
    { status: 'not-ready', parts: { database: null, shards: null, draining: 'This coordinator is stopping.' } },
  ])
  expect((await get('/v1/keys')).statusCode).toBe(200)
  expect((await get('/healthz')).statusCode).toBe(200)
})

test('once balancers have had their time nothing more is taken in, and whoever comes is told to come again', async () => {
  const stop = new AbortController()
  const drain = Promise.all(server.runs.map((run) => run(stop.signal)))
  server.leave()
  await expect.poll(() => server.operating.draining.stop.aborted).toBe(true)
  const refused = await get('/v1/keys')
  expect([refused.statusCode, refused.headers['retry-after'], refused.headers.connection, refused.json().code]).toEqual([503, '2', 'close', 'unavailable'])
  expect((await get('/healthz')).statusCode).toBe(200)
  stop.abort()
  await drain
})

test('a database that takes no writes is told as such, and asked no more often than every two seconds', async () => {
  const { core } = server
  await core.db.schema.dropTable('shard').execute()
  const broken = await get('/readyz', OPERATORS_KEY)
  expect(broken.statusCode).toBe(503)
  expect(broken.json().parts.database).toMatch(/shard/)
  await core.db.destroy()
  expect((await get('/healthz')).statusCode).toBe(200)
  expect((await get('/readyz')).statusCode).toBe(503)
  await core.clock.advance(2_000)
  expect((await get('/readyz')).statusCode).toBe(503)
})
