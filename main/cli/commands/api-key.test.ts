import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OWNER } from '../../coordinator/account-roles.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { GENEROUS, NO_GRID, type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { run } from '../run.fixture.ts'

let data: string
let url: string
let server: TestServer
const keys = { owner: generateApiKey(randomBytes), operator: generateApiKey(randomBytes) }
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-api-key-'))
  server = await startTestServer(GENEROUS, NO_GRID, { approving: { approvalAboveMicroUsd: 5_000_000n } })
  for (const [apiKey, requesterId] of [
    [keys.owner, OWNER],
    [keys.operator, OPERATOR],
  ] as const)
    await grantApiKey(server.core.db, { requesterId, name: requesterId, apiKey, at: 0 })
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

const as = (key: string, ...args: readonly string[]) => run(...args, '--data', data, '--coordinator', url, '--key', key)
const own = (...args: readonly string[]) => as(server.core.apiKey, ...args)
const read = (text: string) => JSON.parse(text) as { apiKey: string; key: { prefix: string } }

test('a key with few rights is made, used, listed, rotated and revoked', async () => {
  const made = await own('api-key', 'create', '--label', 'reader', '--scope', 'jobs.read,keys.read', '--expires', '90d', '--json')
  const { apiKey, key } = read(made.out)
  expect((await as(apiKey, 'job', 'list')).code).toBe(0)
  expect(await as(apiKey, 'job', 'cancel', 'job-1')).toMatchObject({ code: 4, err: expect.stringContaining('jobs.write') })
  expect(await as(apiKey, 'api-key', 'create', '--label', 'more')).toMatchObject({ code: 4, err: expect.stringContaining('keys.write') })
  expect((await own('api-key', 'list')).out).toMatch(new RegExp(`${key.prefix} .*active .*reader`))
  const next = read((await own('api-key', 'rotate', key.prefix, '--overlap', '1d', '--json')).out)
  expect([(await as(apiKey, 'job', 'list')).code, (await as(next.apiKey, 'job', 'list')).code]).toEqual([0, 0])
  expect((await own('api-key', 'revoke', key.prefix)).out).toContain('opens nothing any more')
  expect(await as(apiKey, 'job', 'list')).toMatchObject({ code: 4, err: expect.stringContaining('revoked') })
  expect((await as(next.apiKey, 'job', 'list')).code).toBe(0)
})

test.each([
  ['a permission that there is none of', ['create', '--label', 'x', '--scope', 'everything'], 2, /--scope jobs\.read,jobs\.write/],
  ['a permission that one has not', ['create', '--label', 'x', '--scope', 'fleet.read'], 4, /fleet\.read/],
  ['the account of somebody else', ['create', '--label', 'x', '--requester', 'operator'], 4, /another account/],
  ['a key that is not there', ['revoke', '00000000'], 2, /windfall api-key list/],
  ['a time that has passed', ['create', '--label', 'x', '--expires', '2020-01-01T00:00:00Z'], 2, /./],
])('refuses %s', async (_, args, code, words) => {
  expect(await own('api-key', ...args)).toMatchObject({ code, err: expect.stringMatching(words) })
})

test('every permission is explained', async () => {
  expect((await run('api-key', 'scopes', '--data', data)).out).toMatch(/jobs\.write +submit and cancel/)
})

test('money above the limit waits for a second person, and is booked once they approve', async () => {
  const fund = (key: string, id: string, amount: string) => as(key, 'requester', 'fund', 'requester-1', '--usd', amount, '--deposit', id)
  expect((await fund(keys.operator, 'small', '5')).code).toBe(0)
  const waits = await fund(keys.operator, 'large', '500')
  expect(waits).toMatchObject({ code: 4, err: expect.stringContaining('windfall approval approve') })
  const [, id = ''] = /approval approve (\S+)/.exec(waits.err) ?? []
  expect(await as(keys.operator, 'approval', 'approve', id)).toMatchObject({ code: 4, err: expect.stringContaining('yourself') })
  expect(await own('approval', 'approve', id)).toMatchObject({ code: 4, err: expect.stringContaining('Only the operator') })
  expect((await as(keys.owner, 'approval', 'list', '--waiting')).out).toMatch(/operator +credit requester-1 with \$500\.00/)
  expect((await as(keys.owner, 'approval', 'approve', id)).out).toMatch(/state +done by owner/)
  expect(await as(keys.owner, 'approval', 'approve', id)).toMatchObject({ code: 4, err: expect.stringContaining('does not wait any more') })
  expect(await server.core.decided('requester.funded')).toMatchObject([{ depositId: 'small' }, { depositId: 'large', by: OPERATOR }])
  await fund(keys.owner, 'other', '500')
  const [waiting] = (JSON.parse((await as(keys.owner, 'approval', 'list', '--waiting', '--json')).out) as { items: { approvalId: string }[] }).items
  expect((await as(keys.operator, 'approval', 'reject', waiting?.approvalId ?? '', '--reason', 'not paid in')).out).toMatch(/reason +not paid in/)
  expect((await as(keys.owner, 'approval', 'show', waiting?.approvalId ?? '')).out).toMatch(/rejected by operator/)
})
