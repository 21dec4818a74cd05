import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RequesterView } from '../../../shared/contract/requester.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { run } from '../run.fixture.ts'

const OPERATOR_KEY = generateApiKey((bytes) => new Uint8Array(bytes).fill(7))
let data: string
let url: string
let server: TestServer
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-requester-'))
  server = await startTestServer()
  await grantApiKey(server.core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: OPERATOR_KEY, at: 0 })
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

const as = (key: string, ...args: string[]) => run(...args, '--data', data, '--coordinator', url, '--key', key)
const operator = (...args: string[]) => as(OPERATOR_KEY, ...args)

test('an operator lets somebody in, funds them once per deposit, and changes their share', async () => {
  const added = await operator('requester', 'add', 'ada', '--name', 'Ada', '--weight', '50', '--json')
  const { requester, apiKey } = JSON.parse(added.out) as { requester: RequesterView; apiKey: string }
  expect(requester).toMatchObject({ requesterId: 'ada', name: 'Ada', weight: 50, balanceMicroUsd: '0' })
  expect((await as(apiKey, 'job', 'list')).code).toBe(0)
  for (let times = 0; times < 2; times += 1)
    expect(await operator('requester', 'fund', 'ada', '--usd', '12.50', '--deposit', 'first')).toMatchObject({
      code: 0,
      out: expect.stringContaining('$12.50'),
    })
  expect((await operator('requester', 'set-weight', 'ada', '200')).out).toMatch(/weight +200/)
  expect((await operator('requester', 'list')).out).toMatch(/ada +200 +\$12\.50\S* +Ada/)
  expect(await server.core.decided('requester.weighed')).toEqual([{ requesterId: 'ada', from: 50, weight: 200, by: OPERATOR }])
})

test.each([
  ['a second requester of one id', ['add', 'ada'], 4, /already a requester ada/],
  ['a share of nothing', ['set-weight', 'ada', '0'], 2, /weight/],
  ['somebody who is not there', ['set-weight', 'eve', '100'], 2, /no requester eve/],
  ['an amount that is none', ['fund', 'ada', '--usd', '1,5'], 2, /amount of US dollars/],
  ['another amount for the same deposit', ['fund', 'ada', '--usd', '2', '--deposit', 'one'], 4, /booked before/],
])('refuses %s', async (_, args, code, words) => {
  await operator('requester', 'add', 'ada')
  await operator('requester', 'fund', 'ada', '--usd', '1', '--deposit', 'one')
  expect(await operator('requester', ...args)).toMatchObject({ code, err: expect.stringMatching(words) })
})

test('whoever is no operator does none of it', async () => {
  for (const args of [['add', 'eve'], ['list'], ['set-weight', 'ada', '9'], ['fund', 'ada', '--usd', '9']])
    expect(await as(server.core.apiKey, 'requester', ...args)).toMatchObject({ code: 4, err: expect.stringContaining('Only the operator') })
})
