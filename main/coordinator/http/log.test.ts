import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { type Client, connect } from '../../../shared/contract/define.ts'
import { TREE_HEAD_TYPE } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { testLogKey, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createHttpTransport } from '../../kernel/contract-http.ts'
import { OPERATOR, REQUESTER } from '../core.fake.ts'
import { createReceiptIssuer } from '../receipts/issue.ts'
import { inputFor, issueOne } from '../receipts/issuing.fake.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

type Api = Client<typeof coordinatorContract>
let server: TestServer
let anyone: Api
let requester: Api
let operator: Api

beforeAll(async () => {
  server = await startTestServer()
  const { db, clock } = server.core
  const issuer = createReceiptIssuer({
    receiptSigner: { ...testReceiptKey, alg: 'EdDSA', evidence: 'software' },
    logSigner: { ...testLogKey, alg: 'EdDSA', evidence: 'software' },
    clock,
    ids: createIds(clock),
  })
  for (let job = 1; job <= 5; job++) await issueOne(db, issuer, await inputFor(job))
  await db.updateTable('receipt').set({ requester_id: REQUESTER }).where('leaf_index', '=', 3).execute()
  const baseUrl = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const as = async (requesterId: string | null): Promise<Api> => {
    const apiKey = generateApiKey(randomBytes)
    if (requesterId !== null) await grantApiKey(db, { requesterId, name: requesterId, apiKey, at: clock.now() })
    const authorize = async () => (requesterId === null ? {} : { authorization: `Bearer ${apiKey}` })
    return connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl, authorize }))
  }
  ;[anyone, requester, operator] = [await as(null), await as(REQUESTER), await as(OPERATOR)]
})
afterAll(() => server[Symbol.asyncDispose]())

test('anybody may have heads, proofs, leaves and anchors', async () => {
  const { treeHead } = await anyone.call('treeHead', {})
  expect([treeHead.payloadType, payloadOf(treeHead)]).toMatchObject([TREE_HEAD_TYPE, { treeSize: 5, logId: testLogKey.keyId }])
  expect((await anyone.call('treeHead', { signed: 'now' })).treeHead).not.toEqual(undefined)
  expect(payloadOf((await anyone.call('treeHead', { size: 2 })).treeHead)).toMatchObject({ treeSize: 2 })
  const { hashes, heads, next } = await anyone.call('logLeaves', { from: 1, limit: 3 })
  expect([hashes.length, heads.length, next]).toEqual([3, 3, 4])
  for (const asked of [{ leaf: 1 }, { hash: hashes[0] ?? '' }]) {
    const proof = await anyone.call('logInclusion', { ...asked, size: 4 })
    expect(proof).toMatchObject({ leafIndex: 1, treeSize: 4 })
    expect(proof.hashes).toHaveLength(2)
  }
  expect((await anyone.call('logConsistency', { from: 2, to: 5 })).hashes).toHaveLength(2)
  expect(await anyone.call('logAnchors', { limit: 10 })).toEqual({ items: [], next: null })
  expect(await anyone.call('logHeads', { limit: 10 })).toEqual({ items: [], next: null })
})

test('what is in a receipt is for those it belongs to, and for operators', async () => {
  const page = { from: 2, limit: 3 }
  await expect(anyone.call('logEntries', page)).rejects.toMatchObject({ code: 'auth.required' })
  const seen = async (api: Api) => (await api.call('logEntries', page)).items.map(({ leafIndex, evidence }) => [leafIndex, evidence !== null])
  expect(await seen(requester)).toEqual([
    [2, false],
    [3, true],
    [4, false],
  ])
  expect(await seen(operator)).toEqual([
    [2, true],
    [3, true],
    [4, true],
  ])
})

test('what cannot be asked is refused by its name', async () => {
  const { app } = server
  const status = async (path: string) => (await app.inject({ method: 'GET', url: `/v1/log/${path}` })).statusCode
  for (const path of [
    'head?size=-1',
    'head?signed=later',
    'inclusion',
    'inclusion?leaf=9',
    'inclusion?leaf=1&size=99',
    'leaves?limit=1001',
    'consistency?from=4&to=2',
  ])
    expect(await status(path), path).toBe(400)
  for (const path of ['head?size=9', 'inclusion?receipt=none', `inclusion?hash=${encodeURIComponent(`${'A'.repeat(43)}=`)}`])
    expect(await status(path), path).toBe(404)
})
