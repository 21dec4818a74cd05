import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { transact } from '../persistence/database.ts'
import { createChoose, verifyDecisions } from './audit.ts'
import { createForgetting } from './forgetting.ts'
import { choiceBy, sumPolicy } from './toy-policy.fake.ts'

const DAY_MS = 86_400_000
const KEEP_MS = 90 * DAY_MS

async function setUp() {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const clock = createFakeClock()
  const failures: string[] = []
  const ended = new AbortController()
  const choose = createChoose(clock)
  return {
    db,
    clock,
    failures,
    ended,
    choose: (terms: number) => transact(db, (tx) => choose(tx, choiceBy(sumPolicy, { own: { terms: [terms] } }))),
    kept: async () => (await db.selectFrom('decision_input').selectAll().execute()).length,
    run: () => createForgetting({ db, clock, keepMs: KEEP_MS, onFailure: (message) => failures.push(message) })(ended.signal),
  }
}

test('inputs go once they are old, and neither before nor with them the decisions', async () => {
  const { db, clock, ended, choose, kept, run, failures } = await setUp()
  await choose(1)
  await clock.advance(40 * DAY_MS)
  await choose(2)
  const running = run()
  await clock.advance(50 * DAY_MS)
  expect(await kept()).toBe(2)
  // When an input was used last is known to the day.
  await clock.advance(DAY_MS + 3_600_000)
  expect(await kept()).toBe(1)
  expect(await verifyDecisions(db)).toEqual({ count: 2, brokenAt: null })
  ended.abort()
  await running
  expect(failures).toEqual([])
})

test('a failure is told, and tried again', async () => {
  const { db, clock, ended, run, failures } = await setUp()
  await db.schema.alterTable('decision_input').renameTo('elsewhere').execute()
  const running = run()
  await clock.advance(3_600_000)
  expect(failures.length).toBeGreaterThan(0)
  await db.schema.alterTable('elsewhere').renameTo('decision_input').execute()
  ended.abort()
  await running
})
