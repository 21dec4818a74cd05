import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PayoutBatchView, PayoutStatus } from '../../../shared/contract/payout-admin.ts'
import { lamports, microUsd } from '../../../shared/units.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { createPayoutsStore } from '../../coordinator/payouts/payouts.store.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { run } from '../run.fixture.ts'

const OPERATOR_KEY = generateApiKey((bytes) => new Uint8Array(bytes).fill(7))
const OTHER_KEY = generateApiKey((bytes) => new Uint8Array(bytes).fill(8))
let data: string
let url: string
let server: TestServer
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-payout-'))
  server = await startTestServer()
  const { db } = server.core
  for (const [requesterId, apiKey] of [
    [OPERATOR, OPERATOR_KEY],
    ['ada', OTHER_KEY],
  ] as const)
    await grantApiKey(db, { requesterId, name: requesterId, apiKey, at: 0 })
  const store = createPayoutsStore(db)
  await store.addBatch({ id: 'batch-1', kind: 'payout', asset: 'micro-usdc', memo: 'wf1:x', cluster: 'localnet', rate: 'r', at: 0, approvalsNeeded: 2 })
  const money = { microUsd: microUsd(5_000_000n), amount: 5_000_000n, feeMicroUsd: microUsd(0n), rentMicroUsd: microUsd(0n), rentLamports: lamports(0n) }
  await store.addItems('batch-1', [{ id: 'payout-1', nodeId: 'n'.repeat(43), address: 'w'.repeat(43), claimId: null, rate: null, ...money }])
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

const as = (key: string, ...args: string[]) => run('payout', ...args, '--data', data, '--coordinator', url, '--key', key)
const operator = (...args: string[]) => as(OPERATOR_KEY, ...args)

test('an operator pauses payouts with a reason that everybody reads, and lets them run again', async () => {
  const paused = await operator('pause', '--reason', 'we move the treasury')
  expect(paused).toMatchObject({ code: 0, out: expect.stringContaining('PAUSED by operator: we move the treasury') })
  const { paused: pause, purses } = JSON.parse((await operator('status', '--json')).out) as PayoutStatus
  expect(pause?.reason).toBe('we move the treasury')
  // No endpoint answers: what the chain holds is not known, and is not shown as nothing.
  expect(purses).toMatchObject([{ asset: 'sol', balance: null, booked: '0' }])
  expect((await operator('resume')).out).toMatch(/● payouts run/)
})

test('a large batch is listed, approved, and shown with who has approved it', async () => {
  expect((await operator('batches', '--waiting')).out).toMatch(/batch-1 +planned +1 +5\.000000 USDC +\$5\.000000 +0\/2/)
  expect((await operator('approve', 'batch-1')).out).toMatch(/1\/2 operator[\s\S]*Another operator has to approve it too/)
  const { approvedBy } = JSON.parse((await operator('approve', 'batch-1', '--json')).out) as PayoutBatchView
  expect(approvedBy).toEqual([OPERATOR])
  expect(await operator('approve', 'batch-9')).toMatchObject({ code: 2, err: expect.stringMatching(/no batch batch-9.*payout batches --waiting/) })
})

test('nobody else may, and a chain that does not answer is said to be', async () => {
  for (const args of [['status'], ['pause', '--reason', 'x'], ['batches'], ['approve', 'batch-1'], ['rebuild', '--apply']])
    expect(await as(OTHER_KEY, ...args)).toMatchObject({ err: expect.stringContaining('Only the operator') })
  expect((await operator('rebuild')).err).toMatch(/Solana/)
  expect((await operator('pause')).err).toMatch(/--reason/)
})
