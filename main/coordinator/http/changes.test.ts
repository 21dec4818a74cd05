/** What of changes goes to whom over HTTP. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHANGES_PATH } from '../../../shared/contract/changes.ts'
import { OPERATOR, bearerOf } from '../core.fake.ts'
import { readChanges } from '../changes/reading.ts'
import { topicsFor } from '../changes/topics.ts'
import { grantsOf } from '../../../shared/domain/permissions.ts'
import { GENEROUS, type TestServer, startTestServer } from './http.fake.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server[Symbol.asyncDispose]())

const ask = (headers: Readonly<Record<string, string>>) => server.app.inject({ method: 'GET', url: CHANGES_PATH, headers: { host: '127.0.0.1', ...headers } })

test('the stream begins with all that one may read, and is for whoever has a key or a session', async () => {
  const operator = await ask(await bearerOf(server.core, OPERATOR))
  expect(operator.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  expect(operator.body).toContain('"nodes"')
  const requester = await ask(await bearerOf(server.core, 'ada'))
  expect(requester.body).toContain('event: changed\ndata: {"topics":["jobs","zones","decisions","receipts","ledger","keys","webhooks","models"]}')
  expect((await ask({})).statusCode).toBe(401)
  expect((await ask({ authorization: 'Bearer wf_none' })).statusCode).toBe(403)
})

test('what happens to a job is news for whoever submitted it and for the operator, and for no other requester', async () => {
  const { db, submit } = server.core
  const { position } = await readChanges(db, null)
  await submit('job-1')
  const { changes, position: next } = await readChanges(db, position)
  const told = (account: string, role: 'requester' | 'operator') => topicsFor({ account, grants: grantsOf([role]) }, changes)
  expect(told('requester-1', 'requester')).toEqual(expect.arrayContaining(['jobs', 'decisions']))
  expect(told('ada', 'requester')).toEqual([])
  expect(told(OPERATOR, 'operator')).toEqual(expect.arrayContaining(['jobs', 'decisions']))
  expect((await readChanges(db, next)).changes).toEqual([])
})

test('a line stays open until its reader goes, and then costs nothing any more', async () => {
  await using kept = await startTestServer(undefined, undefined, { keepsLines: true })
  const origin = await kept.app.listen({ host: '127.0.0.1', port: 0 })
  const leave = new AbortController()
  const answer = await fetch(`${origin}${CHANGES_PATH}`, { headers: await bearerOf(kept.core, 'ada'), signal: leave.signal })
  const reader = answer.body?.getReader()
  let heard = ''
  while (!heard.includes('event: changed')) heard += new TextDecoder().decode((await reader?.read())?.value)
  expect(heard).toMatch(/^retry: /)
  expect(kept.changes.listening()).toBe(1)
  leave.abort()
  await reader?.read().catch(() => undefined)
  await expect.poll(() => kept.changes.listening()).toBe(0)
})

test('windows that stay open take no room from those who ask something', async () => {
  await using kept = await startTestServer({ ...GENEROUS, underway: { all: 3, network: 2 } }, undefined, { keepsLines: true })
  const origin = await kept.app.listen({ host: '127.0.0.1', port: 0 })
  const leave = new AbortController()
  const headers = await bearerOf(kept.core, 'ada')
  for (let window = 1; window <= 4; window++) {
    const answer = await fetch(`${origin}${CHANGES_PATH}`, { headers, signal: leave.signal })
    expect([window, answer.status]).toEqual([window, 200])
  }
  expect((await fetch(`${origin}/v1/whoami`, { headers })).status).toBe(200)
  leave.abort()
  await expect.poll(() => kept.changes.listening()).toBe(0)
})

test('a window that listens does not keep the session of whoever has gone', async () => {
  await using kept = await startTestServer(undefined, undefined, { keepsLines: true })
  const uses: boolean[] = []
  Object.assign(kept.core.access, {
    memberOfSession: async (_: string, isUse = true) => {
      uses.push(isUse)
      return { memberId: 'member-1', role: 'viewer', account: null, sessionPrefix: 'session-1' }
    },
  })
  const origin = await kept.app.listen({ host: '127.0.0.1', port: 0 })
  const leave = new AbortController()
  await fetch(`${origin}${CHANGES_PATH}`, { headers: { authorization: 'Bearer wfs_member' }, signal: leave.signal })
  const running = kept.changes.run(leave.signal)
  for (let look = 0; look < 50 && uses.length < 3; look++) await kept.core.clock.advance(2_000)
  leave.abort()
  await running
  expect(uses).toEqual([true, false, false])
})
