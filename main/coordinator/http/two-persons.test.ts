/** What takes a second person, as one person tries to get it done alone. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Role } from '../../../shared/domain/permissions.ts'
import { createIds } from '../../kernel/ids.ts'
import { OPERATOR, REQUESTER, bearerOf } from '../core.fake.ts'
import { createMembersStore } from '../members/members.store.ts'
import { openSession } from '../members/sessions.ts'
import { transact } from '../persistence/database.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

type Headers = Readonly<Record<string, string>>

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(undefined, undefined, { approving: { operators: [], approvalAboveMicroUsd: 1_000_000n } })
  await server.app.inject({ url: '/v1/health', headers: { host: '127.0.0.1' } })
})
afterAll(() => server[Symbol.asyncDispose]())

async function setUp() {
  const { db, clock, decide } = server.core
  // What is asked for within a millisecond has no order.
  clock.jump(1)
  const ids = createIds(clock)
  const lengths = { sessionMs: 3_600_000, sessionIdleMs: 3_600_000 }
  const session = async (memberId: string): Promise<Headers> => {
    const opening = { memberId, client: 'cli' as const, label: null }
    const { token } = await transact(db, (tx) => openSession({ db, clock, ids, random: randomBytes, decide, lengths }, tx, opening))
    return { authorization: `Bearer ${token}` }
  }
  const join = async (memberId: string, role: Role): Promise<Headers> => {
    const known = { email: `${memberId}@example.org`, name: null, issuer: 'https://issuer.example', subject: memberId }
    const at = { invitedBy: 'owner', invitedAt: clock.now(), joinedAt: clock.now() }
    await createMembersStore(db).add({ memberId, role, requesterId: null, ...known, ...at })
    return session(memberId)
  }
  const send = async (who: Headers, url: string, body?: object) => {
    const { statusCode, body: text } = await server.app.inject({
      method: body ? 'POST' : 'GET',
      url,
      headers: { host: '127.0.0.1', ...who, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    })
    return {
      status: statusCode,
      ...(JSON.parse(text) as { code?: string; detail?: string; role?: string; state?: string; apiKey?: string; balanceMicroUsd?: string }),
    }
  }
  const waiting = async (who: Headers): Promise<string[]> =>
    ((await send(who, '/v1/approvals?waiting=true')) as unknown as { items: { approvalId: string }[] }).items.map(({ approvalId }) => approvalId)
  return { session, join, send, waiting, keyFile: await bearerOf(server.core, 'owner') }
}

test('somebody of finance does not become owner, by no call and no key, nor by approving what an owner has asked for', async () => {
  const { join, send, waiting, keyFile } = await setUp()
  const [grace, eve] = [await join('grace', 'owner'), await join('eve', 'finance')]
  const refused = async (who: Headers, url: string, body: object) => expect(await send(who, url, body), url).toMatchObject({ status: 403 })
  await refused(eve, '/v1/members/eve/role', { role: 'owner' })
  await refused(eve, '/v1/members', { email: 'eve2@example.org', role: 'owner' })
  for (const requesterId of ['owner', REQUESTER]) await refused(eve, '/v1/api-keys', { label: 'x', requesterId, scopes: ['members.write'] })
  await refused(eve, '/v1/requesters', { requesterId: 'eve', name: 'Eve' })
  expect(await send(grace, '/v1/members/eve/role', { role: 'owner' })).toMatchObject({ status: 409, code: 'approval.waiting' })
  const [approvalId = ''] = await waiting(grace)
  await refused(eve, `/v1/approvals/${approvalId}/approve`, {})
  await refused(eve, `/v1/approvals/${approvalId}/reject`, { reason: 'not I' })
  expect(await send(keyFile, `/v1/approvals/${approvalId}/approve`, {})).toMatchObject({ status: 200, state: 'done' })
})

test('an owner finds no second person in other sessions, keys, accounts or people that they let in alone', async () => {
  const { session, join, send, waiting, keyFile } = await setUp()
  const [paul, heidi] = [await join('paul', 'owner'), await join('heidi', 'operator')]
  await bearerOf(server.core, OPERATOR)
  expect(await send(paul, '/v1/members', { email: 'paul2@example.org', role: 'owner' })).toMatchObject({ code: 'approval.waiting' })
  const [approvalId = ''] = await waiting(paul)
  const approve = (who: Headers) => send(who, `/v1/approvals/${approvalId}/approve`, {})
  expect(await approve(await session('paul'))).toMatchObject({ status: 403 })
  for (const requesterId of ['owner', OPERATOR]) expect(await send(paul, '/v1/api-keys', { label: 'x', requesterId })).toMatchObject({ status: 403 })
  const { apiKey } = await send(paul, '/v1/api-keys', { label: 'x', requesterId: REQUESTER })
  const { apiKey: another } = await send(paul, '/v1/requesters', { requesterId: 'paul', name: 'Paul' })
  for (const key of [apiKey, another]) expect(await approve({ authorization: `Bearer ${key}` })).toMatchObject({ status: 403 })
  expect(await send(paul, '/v1/members/paul/role', { role: 'owner', requesterId: 'paul' })).toMatchObject({ status: 400 })
  expect(await send(paul, '/v1/members', { email: 'paul2@example.org', role: 'finance' })).toMatchObject({ status: 409, code: 'conflict' })
  expect(await approve(heidi)).toMatchObject({ status: 403 })
  // Who takes everybody else out is as little alone as before.
  expect(await send(paul, '/v1/members/heidi/remove', {})).toMatchObject({ status: 200 })
  expect(await send(paul, '/v1/members', { email: 'paul3@example.org', role: 'finance' })).toMatchObject({ code: 'approval.waiting' })
  // What somebody asked for who may no longer do it happens no more.
  await join('judy', 'owner')
  expect(await send(keyFile, '/v1/members/paul/remove', {})).toMatchObject({ status: 200 })
  expect(await approve(keyFile)).toMatchObject({ status: 403 })
  expect(await approve(paul)).toMatchObject({ status: 401 })
})

test('of those who approve at once one does, and it happens once', async () => {
  const { join, send, waiting, keyFile } = await setUp()
  const [olga, mia, ivan] = [await join('olga', 'owner'), await join('mia', 'finance'), await join('ivan', 'finance')]
  const fund = (who: Headers, microUsd: string) => send(who, `/v1/requesters/${REQUESTER}/deposits`, { depositId: 'deposit-1', microUsd })
  expect(await fund(mia, '5000000')).toMatchObject({ code: 'approval.waiting' })
  expect(await fund(ivan, '9000000')).toMatchObject({ code: 'conflict' })
  const [approvalId = ''] = await waiting(mia)
  const approved = await Promise.all([mia, olga, ivan, keyFile, olga].map((who) => send(who, `/v1/approvals/${approvalId}/approve`, {})))
  expect(approved.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 409, 409, 409])
  expect(await send({ authorization: `Bearer ${server.core.apiKey}` }, '/v1/account')).toMatchObject({ balanceMicroUsd: '5000000' })
})
