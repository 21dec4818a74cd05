import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { PLATFORM_REVENUE } from '../ledger/accounts.ts'
import { carryOut, deed } from '../ledger/deeds.fixture.ts'
import { createLedgerStore } from '../ledger/ledger.store.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { transact } from '../persistence/database.ts'
import { addBooked, nothing, sumOf } from './profit.ts'
import { sumProfits } from './summing.ts'

test('whatever happened, the margins of all groups are the balance of the platform, and parts of time add up to the whole', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 10, maxLength: 40 }),
      fc.constantFrom('day', 'kind', 'job', 'zone') as fc.Arbitrary<'day'>,
      async (deeds, by) => {
        run += 1
        for (const one of deeds) await transact(db, (tx) => carryOut(tx, `profit${run}`, one)).catch(() => undefined)
        const { total, groups, rest } = await sumProfits(db, { by, from: null, to: null }, 'checker')
        const parts = [...groups.map(([, sum]) => sum), ...(rest ? [rest] : [])]
        expect(total.margin).toBe(await createLedgerStore(db).balanceOf(PLATFORM_REVENUE, 'micro-usd'))
        for (const name of ['margin', 'revenue', 'nodeShare', 'verification', 'networkFee'] as const)
          expect(parts.reduce((sum, part) => sum + part[name], 0n)).toBe(total[name])
        const [before, after] = [await sumProfits(db, { by, from: null, to: 10 }, 'checker'), await sumProfits(db, { by, from: 10, to: null }, 'checker')]
        expect(before.total.margin + after.total.margin).toBe(total.margin)
      },
    ),
    { numRuns: 12 },
  )
})

const close = (jobId: string, extra: readonly { from: string; to: string; asset: string; amount: bigint }[] = []) => ({
  id: `close:${jobId}`,
  kind: 'close',
  at: 0,
  moves: [
    { from: `job:${jobId}:reserved`, to: 'node:n:confirmed', asset: 'micro-usd', amount: 850n },
    { from: `job:${jobId}:reserved`, to: 'platform:revenue', asset: 'micro-usd', amount: 150n },
    { from: `job:${jobId}:reserved`, to: 'requester:r:prepaid', asset: 'micro-usd', amount: 500n },
    ...extra,
  ],
})

test('a job brings what its requester paid; what the platform had repeated is its own cost, and a check of a machine no revenue', () => {
  const repeated = [
    { from: 'job:a:repeating', to: 'node:m:confirmed', asset: 'micro-usd', amount: 85n },
    { from: 'job:a:repeating', to: 'platform:revenue', asset: 'micro-usd', amount: 15n },
  ]
  const [own, check] = [nothing(), nothing()]
  addBooked(own, close('a', repeated), { isCheck: false })
  addBooked(check, close('b'), { isCheck: true })
  expect(own).toMatchObject({ jobs: 1, revenue: 1_000n, nodeShare: 850n, margin: 165n, verification: 100n })
  expect(check).toMatchObject({ jobs: 1, revenue: 0n, nodeShare: 0n, margin: 150n, verification: 1_000n })
  const rate = 1_000_000n
  expect(sumOf('a', { ...own, emissionsG: 2 }, rate)).toMatchObject({ gPerEur: 2_000, marginPerEur: 0.165 })
  expect(sumOf('a', own, null).gPerEur).toBeNull()
})
