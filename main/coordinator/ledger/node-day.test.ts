import { afterEach, beforeEach, expect, test } from 'vitest'
import { lamports, microUsd } from '../../../shared/units.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { payoutFailed, payoutPlanned, requesterDeposit, reserveForJob, settleJob, treasuryDeposit } from './entries.ts'
import type { LedgerTransaction } from './transaction.ts'
import { book } from './ledger.ts'
import { earnedSince } from './node-day.store.ts'

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
})
afterEach(() => db.destroy())

const commit = (transaction: LedgerTransaction) => transact(db, (tx) => book(tx, transaction))
const earn = async (jobId: string, nodeId: string, at: number) => {
  await commit(reserveForJob({ jobId, requesterId: 'r', amount: microUsd(100n), at }))
  await commit(settleJob({ jobId, requesterId: 'r', reserved: microUsd(100n), parts: [{ nodeId, price: microUsd(100n) }], at }))
}

test('what a node has earned since is what jobs brought it, and not what a failed payout gave back', async () => {
  await commit(requesterDeposit({ id: 'd', requesterId: 'r', amount: microUsd(1_000n), at: 1 }))
  await commit(treasuryDeposit({ signature: 's', lamports: lamports(9_000n), at: 1 }))
  await earn('yesterday', 'a', 5)
  await earn('today-1', 'a', 10)
  await earn('today-2', 'a', 11)
  await earn('other', 'b', 12)
  const payout = { payoutId: 'p', nodeId: 'a', microUsd: microUsd(85n), lamports: lamports(85n), at: 13 }
  await commit(payoutPlanned(payout))
  await commit(payoutFailed({ ...payout, at: 14 }))
  expect(await earnedSince(db, ['a', 'b', 'c'], 10)).toEqual(
    new Map([
      ['a', 170n],
      ['b', 85n],
    ]),
  )
  expect(await earnedSince(db, ['b'], 13)).toEqual(new Map())
  expect(await earnedSince(db, [], 0)).toEqual(new Map())
})
