import { expect, onTestFinished, test } from 'vitest'
import { startTestCore } from './core.fake.ts'
import { createStatistics } from './statistics.ts'
import type { Db } from './persistence/database.ts'

const receipt = (index: number) => ({
  id: `receipt-${index}`,
  leaf_index: index,
  job_id: `job-${index}`,
  node_id: 'node',
  zone: 'GB-13',
  issued_at: 1,
  energy_wh: 500,
  emissions_g: 100,
  attributed_saving_g: 20,
  origin: 'live' as const,
  recorded_on: null,
  method: 'counter' as const,
  envelope: '{}',
  proofs: '[]',
  keys: '[]',
  rotations: null,
})
const issue = (db: Db, from: number, count: number) =>
  db
    .insertInto('receipt')
    .values(Array.from({ length: count }, (_, index) => receipt(from + index)))
    .execute()

test('what was done so far is counted, and counted again after a quarter of an hour, every receipt once', async () => {
  const core = await startTestCore()
  onTestFinished(() => core[Symbol.asyncDispose]())
  const ask = createStatistics(core)
  await core.enrol()
  await core.submit('job-1')
  await issue(core.db, 0, 4)
  await core.db.insertInto('ledger_balance').values({ account: 'node:n:confirmed', asset: 'micro-usd', amount: 70n, overdraft: 0 }).execute()
  await core.db.insertInto('ledger_balance').values({ account: 'node:n:paid', asset: 'micro-usd', amount: 30n, overdraft: 0 }).execute()
  await core.db.insertInto('ledger_balance').values({ account: 'node:n:confirmed', asset: 'lamports', amount: 5n, overdraft: 0 }).execute()
  const first = await ask()
  expect(first).toEqual({
    asOf: '2026-03-01T12:10:00.000Z',
    nodes: 1,
    jobs: { submitted: 1, completed: 0 },
    receipts: 4,
    energyKWh: 2,
    emissionsG: 400,
    attributedSavingG: 80,
    earnedMicroUsd: '100',
  })
  await issue(core.db, 4, 1)
  await core.clock.advance(899_999)
  expect(await ask()).toBe(first)
  await core.clock.advance(1)
  expect(await ask()).toMatchObject({ receipts: 5, energyKWh: 2.5 })
})
