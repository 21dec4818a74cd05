/** Every act leaves exactly one entry, whatever becomes of it, and nobody finds a secret there. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ActBody, type ActDetails } from '../../../shared/contract/audit.ts'
import { PERMISSIONS } from '../../../shared/domain/permissions.ts'
import { verifyActs } from '../audit/acts.ts'
import { OPERATOR, REQUESTER } from '../core.fake.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { isAct } from './act-border.ts'
import { httpCalls } from './http-calls.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

const ACTS = httpCalls().filter(([, , { access }]) => isAct(access))

let server: TestServer
let ownerKey: string
let strangerKey: string

beforeAll(async () => {
  server = await startTestServer()
  const grant = async (requesterId: string) => {
    const apiKey = generateApiKey(randomBytes)
    await grantApiKey(server.core.db, { requesterId, name: requesterId, apiKey, at: server.core.clock.now() })
    return apiKey
  }
  ownerKey = await grant('owner')
  strangerKey = await grant('stranger')
})
afterAll(() => server[Symbol.asyncDispose]())

const send = (method: 'GET' | 'POST', url: string, { key = null, body = {} }: { key?: string | null; body?: object }) =>
  server.app.inject({
    method,
    url,
    headers: { host: '127.0.0.1', 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    ...(method === 'POST' ? { payload: JSON.stringify(body) } : {}),
  })

const rows = () => server.core.db.selectFrom('act').selectAll().orderBy('seq').execute()
const newest = async () => {
  const [row] = await server.core.db.selectFrom('act').selectAll().orderBy('seq', 'desc').limit(1).execute()
  const detail = await server.core.db
    .selectFrom('act_detail')
    .select('text')
    .where('seq', '=', row?.seq ?? 0)
    .executeTakeFirstOrThrow()
  return { call: row?.kind, ...ActBody.parse(JSON.parse(row?.body ?? '')), details: JSON.parse(detail.text) as ActDetails }
}

test('what only some may do is an act, and what everybody may do with their own is none', () => {
  const acts = PERMISSIONS.filter(isAct)
  expect(acts).toEqual(
    expect.arrayContaining(['fleet.write', 'ledger.write', 'payouts.approve', 'members.write', 'keys.write', 'persons.read', 'system.write']),
  )
  for (const own of ['jobs.write', 'account.write', 'webhooks.write', 'self.write', 'jobs.read', 'ledger.read'] as const)
    expect([own, isAct(own)]).toEqual([own, false])
  expect(ACTS.length).toBeGreaterThan(20)
})

test('every call that runs the coordinator leaves exactly one entry: for the owner, for whoever may not, and for whoever has no key', async () => {
  for (const [name, , { method, path }] of ACTS) {
    const url = path.replaceAll(/\{(\w+)\}/g, 'no-such-one')
    for (const [key, actor] of [
      [ownerKey, 'requester:owner'],
      [strangerKey, 'requester:stranger'],
      [null, 'nobody'],
    ] as const) {
      const before = (await rows()).length
      await server.core.clock.advance(60_000)
      await send(method, url, { key })
      expect([name, actor, (await rows()).length - before]).toEqual([name, actor, 1])
      const entry = await newest()
      expect([entry.call, entry.actor]).toEqual([name, actor])
      if (actor === 'nobody') expect([name, entry.outcome, entry.code]).toEqual([name, 'refused', 'auth.required'])
    }
  }
  expect(await verifyActs(server.core.db)).toEqual({ count: (await rows()).length, brokenAt: null })
})

test('what was changed stands there with what was before; nobody finds a key, and what is no act is not there', async () => {
  const added = await send('POST', '/v1/requesters', { key: ownerKey, body: { requesterId: 'ada', name: 'Ada' } })
  const { apiKey } = added.json<{ apiKey: string }>()
  await send('POST', '/v1/requesters/ada/weight', { key: ownerKey, body: { weight: 250 } })
  const entry = await newest()
  expect(entry).toMatchObject({
    call: 'weighRequester',
    actor: 'requester:owner',
    outcome: 'done',
    about: ['requester:ada'],
    details: {
      network: '127.0.0.0/24',
      credential: ownerKey.split('_')[1],
      input: { weight: 250 },
      changes: [{ kind: 'requester.weighed', change: { from: 100, weight: 250 } }],
    },
  })
  const text = JSON.stringify([await rows(), await server.core.db.selectFrom('act_detail').selectAll().execute()])
  for (const key of [apiKey, ownerKey, strangerKey]) expect(text).not.toContain(key.slice(-43))
  const before = (await rows()).length
  await send('POST', '/v1/jobs/plan', { key: apiKey, body: {} })
  await send('GET', '/v1/account', { key: apiKey })
  expect((await rows()).length).toBe(before)
})

test('who is refused over and over leaves a few entries and a count, not a log full of them', async () => {
  const before = (await rows()).length
  for (let attempt = 0; attempt < 100; attempt += 1) await send('POST', '/v1/payouts/resume', {})
  expect((await rows()).length - before).toBeLessThanOrEqual(11)
  await server.core.clock.advance(60_000)
  await send('POST', '/v1/payouts/resume', {})
  const { leftOut } = (await newest()).details.input
  expect(leftOut).toBe(100 - ((await rows()).length - before - 1))
})

test('they are listed by who and what, for those who may read them and nobody else', async () => {
  await send('POST', '/v1/requesters/ada/weight', { key: ownerKey, body: { weight: 99 } })
  const list = await send('GET', '/v1/acts?about=requester:ada&outcome=done&limit=1', { key: ownerKey })
  expect(list.json()).toMatchObject({ items: [{ call: 'weighRequester', actor: 'requester:owner' }], next: expect.any(String) })
  const mine = await send('GET', '/v1/acts?actor=requester:stranger', { key: ownerKey })
  expect(mine.json<{ items: { actor: string }[] }>().items.every(({ actor }) => actor === 'requester:stranger')).toBe(true)
  const [{ seq }] = list.json<{ items: [{ seq: number }] }>().items
  expect((await send('GET', `/v1/acts/${seq}`, { key: ownerKey })).json()).toMatchObject({
    record: { seq, form: 'act' },
    details: expect.stringContaining('"weight":99'),
  })
  expect((await send('GET', '/v1/acts', { key: strangerKey })).statusCode).toBe(403)
  expect([OPERATOR, REQUESTER]).not.toContain('stranger')
})
