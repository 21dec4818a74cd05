import { afterEach, beforeEach, expect, test } from 'vitest'
import { microUsd } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createJobMoney } from '../job-money.ts'
import { type Db, transact } from '../persistence/database.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { deposit, moneyOf, payBack, takeBack } from './requester-money.ts'

let db: Db
const clock = createFakeClock()
const money = createJobMoney(clock, createIds(clock))
beforeEach(async () => {
  db = await openTestDatabase()
  const [requesterId, amount] = ['ada', microUsd(10n)]
  await transact(db, (tx) => deposit(tx, { id: 'ada:d1', requesterId, amount, at: 1 }))
  await transact(db, (tx) => money.reserve(tx, [{ requesterId, jobId: 'j1', microUsd: amount }]))
  await transact(db, (tx) => takeBack(tx, { requesterId, depositId: 'd1', amount: null, reason: 'reversed', at: 2 }))
  await transact(db, (tx) => money.release(tx, { requesterId, jobId: 'j1' }))
})
afterEach(() => db.destroy())

test('what comes back from a job is not paid out to whoever owes it', async () => {
  const refund = transact(db, (tx) => payBack(tx, { requesterId: 'ada', refundId: 'r1', amount: 10n, reason: 'asked', at: 3 }))
  await expect(refund).rejects.toMatchObject({ code: 'funds.insufficient' })
})

test('what comes back from a job pays what is owed before the next one is taken', async () => {
  const reserve = (jobId: string) => transact(db, (tx) => money.reserve(tx, [{ requesterId: 'ada', jobId, microUsd: microUsd(3n) }]))
  await expect(reserve('j2')).rejects.toMatchObject({ code: 'funds.insufficient' })
  await transact(db, (tx) => deposit(tx, { id: 'ada:d2', requesterId: 'ada', amount: microUsd(3n), at: 4 }))
  await reserve('j2')
  expect(await moneyOf(db, 'ada')).toEqual({ prepaid: 0n, owed: 0n })
})
