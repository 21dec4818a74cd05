import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { microUsd } from '../../shared/units.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import { accountOf, createJobMoney } from './job-money.ts'
import { requesterDeposit } from './ledger/entries.ts'
import { checkLedger } from './ledger/check.ts'
import { book, earningsOf, prepaidOf } from './ledger/ledger.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import { transact } from './persistence/database.ts'
import { generateApiKey, grantApiKey } from './registry/api-keys.ts'
import { createVaultsStore } from './vaults/vaults.store.ts'

const ORDER = { requesterId: 'ada', jobId: 'job-1' }

async function setUp(prepaid = 1_000n) {
  const db = await openTestDatabase()
  const clock = createFakeClock()
  const money = createJobMoney(clock, createIds(clock))
  await transact(db, (tx) => book(tx, requesterDeposit({ id: 'd', requesterId: 'ada', amount: microUsd(prepaid), at: clock.now() })))
  return {
    db,
    reserve: (amount: bigint, jobId = 'job-1') => transact(db, (tx) => money.reserve(tx, [{ ...ORDER, jobId, microUsd: microUsd(amount) }])),
    release: (jobId = 'job-1') => transact(db, (tx) => money.release(tx, { ...ORDER, jobId })),
    settle: (price: bigint, jobId = 'job-1') =>
      transact(db, (tx) =>
        money.settle(tx, { ...ORDER, jobId, isCompared: false, parts: [{ nodeId: 'node-1', priceMicroUsd: microUsd(price), paidBy: 'requester' }] }),
      ),
    prepaid: () => prepaidOf(db, 'ada'),
    confirmed: async () => (await earningsOf(db, 'node-1')).confirmed,
    sound: async () => expect(await checkLedger(db)).toMatchObject({ balanced: true, findings: [] }),
  }
}

test('a job’s money is set aside at submission; its price goes to node and platform, the rest back', async () => {
  const { reserve, settle, prepaid, confirmed, sound } = await setUp()
  await reserve(600n)
  expect(await prepaid()).toBe(400n)
  expect(await settle(101n)).toEqual([{ earningId: expect.any(String), state: 'confirmed', microUsd: 86n }])
  expect([await prepaid(), await confirmed()]).toEqual([899n, 86n])
  await sound()
})

test('a job that comes to nothing costs nothing', async () => {
  const { reserve, release, prepaid, sound } = await setUp()
  await reserve(600n)
  await release()
  expect(await prepaid()).toBe(1_000n)
  await sound()
})

test('nobody can set aside more than they have, and a price above what was set aside is refused whole', async () => {
  const { reserve, settle, prepaid, confirmed, sound } = await setUp()
  await expect(reserve(1_001n)).rejects.toMatchObject({
    code: 'funds.insufficient',
    message:
      'This job may cost up to $0.001001, and your balance is $0.001000. Add funds (windfall requester deposit, or Account in the console), or submit a smaller job.',
  })
  await reserve(100n)
  await expect(settle(101n)).rejects.toMatchObject({ code: 'ledger.unbalanced' })
  expect([await prepaid(), await confirmed()]).toEqual([900n, 0n])
  await sound()
})

test('the account shows what is free; a stranger has nothing', async () => {
  const { db, reserve } = await setUp()
  await reserve(250n)
  expect(await accountOf(db, 'ada')).toMatchObject({ requesterId: 'ada', balanceMicroUsd: '750' })
  expect(await accountOf(db, 'bob')).toEqual({ requesterId: 'bob', owedMicroUsd: '0', balanceMicroUsd: '0', reservedMicroUsd: '0' })
})

const Step = fc.record({
  job: fc.constantFrom('job-1', 'job-2'),
  act: fc.constantFrom('reserve' as const, 'settle' as const, 'release' as const),
  amount: fc.bigInt({ min: 0n, max: 700n }),
})

test('whatever is tried, in any order and however often, a job is closed once and not a micro-USD appears or vanishes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 14 }), async (steps) => {
      const { reserve, settle, release, prepaid, confirmed, sound, db } = await setUp()
      const state = new Map<string, { reserved: bigint; closed: boolean }>()
      let [free, earned] = [1_000n, 0n]
      for (const { job, act, amount } of steps) {
        const known = state.get(job)
        // A job exists from the moment its money is set aside.
        if (act !== 'reserve' && !known) continue
        const trying = act === 'reserve' ? reserve(amount, job) : act === 'settle' ? settle(amount, job) : release(job)
        const done = await trying.then(
          () => true,
          () => false,
        )
        if (!done) continue
        if (act === 'reserve' && !known) {
          state.set(job, { reserved: amount, closed: false })
          free -= amount
        }
        if (act === 'reserve' || known?.closed) continue
        const price = act === 'settle' ? amount : 0n
        const reserved = known?.reserved ?? 0n
        state.set(job, { reserved, closed: true })
        free += reserved - price
        earned += price - (price * 15n) / 100n
      }
      expect([await prepaid(), await confirmed()]).toEqual([free, earned])
      await sound()
      await db.destroy()
    }),
    { numRuns: 60 },
  )
})

test('an array under the id of a vault is refused: it would not be protected', async () => {
  const { db } = await setUp()
  const clock = createFakeClock()
  await grantApiKey(db, { requesterId: 'ada', name: 'ada', apiKey: generateApiKey(randomBytes), at: 1 })
  const place = { wallet: 'w', coordinator: 'c', arbiter: 'a', mint: 'm', multisig: 's', account: 't', due: 5n, createdAt: 1, expiresAt: 2 }
  await createVaultsStore(db).add({ ...place, jobId: 'frames', requesterId: 'ada', state: 'funded' })
  const array = { requesterId: 'ada', microUsd: microUsd(1n), jobIds: ['a', 'b'] }
  const reserve = (arrayId: string) => transact(db, (tx) => createJobMoney(clock, createIds(clock)).reserveAll(tx, { ...array, arrayId }))
  await expect(reserve('frames')).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('cannot be protected') })
  await reserve('others')
})
