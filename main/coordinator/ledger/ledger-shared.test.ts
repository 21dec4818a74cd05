import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { microUsd } from '../../../shared/units.ts'
import { type Db, openDatabase, transact } from '../persistence/database.ts'
import { hasPostgres, postgresPlace } from '../persistence/databases.fixture.ts'
import { releaseJob, requesterDeposit, reserveForJob, settleJob } from './entries.ts'
import type { LedgerTransaction } from './transaction.ts'
import { checkLedger } from './check.ts'
import { book, prepaidOf } from './ledger.ts'

const tried = (db: Db, transaction: LedgerTransaction): Promise<string> =>
  transact(db, (tx) => book(tx, transaction)).catch(({ code }: { code: string }) => code)

test.runIf(hasPostgres)('two coordinators that spend the same money at once spend it once, and close each job once', async () => {
  const place = await postgresPlace()
  const [one, other] = [await openDatabase(place), await openDatabase(place)]
  onTestFinished(async () => void (await Promise.all([one.destroy(), other.destroy()])))
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.bigInt(1n, 1_000n), fc.array(fc.bigInt(1n, 400n), { minLength: 2, maxLength: 8 }), async (funds, amounts) => {
      run += 1
      const requesterId = `r${run}`
      await tried(one, requesterDeposit({ id: `d${run}`, requesterId, amount: microUsd(funds), at: 1 }))
      const jobs = amounts.map((amount, n) => ({ jobId: `j${run}-${n}`, requesterId, amount: microUsd(amount), at: 2 }))
      // Each job is asked for at both, as a requester does that had no answer from the first.
      const answers = await Promise.all(jobs.map(async (job) => Promise.all([one, other].map((db) => tried(db, reserveForJob(job))))))
      const held = jobs.filter((_, n) => answers[n]?.includes('booked'))
      for (const answer of answers)
        expect([
          ['booked', 'duplicate'],
          ['funds.insufficient', 'funds.insufficient'],
        ]).toContainEqual(answer.toSorted())
      const spent = held.reduce((sum, { amount }) => sum + amount, 0n)
      expect(await prepaidOf(other, requesterId)).toBe(funds - spent)
      const closed = await Promise.all(
        held.map(async ({ jobId, amount: reserved }) =>
          Promise.all([
            tried(one, settleJob({ jobId, requesterId, reserved, parts: [{ nodeId: 'n', price: reserved }], at: 3 })),
            tried(other, releaseJob({ jobId, requesterId, reserved, at: 3 })),
          ]),
        ),
      )
      for (const both of closed) expect(both.toSorted()).toEqual(['booked', 'ledger.unbalanced'])
    }),
    { numRuns: 12 },
  )
  expect(await checkLedger(one)).toMatchObject({ balanced: true, findings: [] })
})
