import * as fc from 'fast-check'
import type { KyselyPlugin } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, type Tx, openDatabase, transact } from '../persistence/database.ts'
import { hasPostgres, postgresPlace } from '../persistence/databases.fixture.ts'
import { mayBeNegative } from './accounts.ts'
import { checkLedger } from './check.ts'
import { type Deed, OUTCOMES, carryOut, deed } from './deeds.fixture.ts'
import { createLedgerStore } from './ledger.store.ts'

class Crash extends Error {}

/** Stops the process, as far as the database can tell, before the statement that comes after so many. */
function crashAfter(statements: number): KyselyPlugin {
  let left = statements
  return {
    transformQuery: ({ node }) => {
      if (left-- === 0) throw new Crash()
      return node
    },
    transformResult: async ({ result }) => result,
  }
}

const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Crash ? 'crash' : String((error as { code?: unknown }).code ?? error)),
  )

const tried = (db: Db, run: string, one: Deed, prepare: (tx: Tx) => Tx = (tx) => tx): Promise<string> =>
  outcomeOf(transact(db, (tx) => carryOut(prepare(tx), run, one)))

const nobodyOwes = async (db: Db) =>
  expect((await createLedgerStore(db).balances()).filter(({ account, amount }) => amount < 0n && !mayBeNegative(account))).toEqual([])

test('whatever happens, in whatever order and however often it stops halfway, the books balance and nobody owes who may not', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(deed, fc.nat(12)), { minLength: 10, maxLength: 30 }), async (deeds) => {
      run += 1
      for (const [one, statements] of deeds) {
        const before = await createLedgerStore(db).balances()
        const crashed = await tried(db, String(run), one, (tx) => tx.withPlugin(crashAfter(statements)))
        if (crashed === 'crash') expect(await createLedgerStore(db).balances()).toEqual(before)
        expect(OUTCOMES).toContain(await tried(db, String(run), one))
      }
      await nobodyOwes(db)
      expect((await checkLedger(db)).findings).toEqual([])
    }),
    { numRuns: 8 },
  )
})

test.runIf(hasPostgres)('two coordinators that do the same things at once, each in its own order, do each of them once', async () => {
  const place = await postgresPlace()
  const [one, other] = [await openDatabase(place, { connections: 3 }), await openDatabase(place, { connections: 3 })]
  onTestFinished(async () => void (await Promise.all([one.destroy(), other.destroy()])))
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 25 }), async (deeds) => {
      run += 1
      const answers = await Promise.all([
        ...deeds.map((each) => tried(one, String(run), each)),
        ...deeds.toReversed().map((each) => tried(other, String(run), each)),
      ])
      for (const answer of answers) expect(OUTCOMES).toContain(answer)
      await nobodyOwes(other)
      expect((await checkLedger(one)).findings).toEqual([])
    }),
    { numRuns: 5 },
  )
})
