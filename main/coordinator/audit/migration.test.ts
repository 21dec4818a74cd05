import { type Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { allRows } from '../../../shared/domain/viewer.fake.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, openDatabase, transact } from '../persistence/database.ts'
import { up } from '../persistence/migrations/0015-decisions.ts'
import { createAudit, createChoose, verifyDecisions } from './audit.ts'
import { createDecisions } from './reading.ts'
import { choiceBy, sumPolicy } from './toy-policy.fake.ts'

const COUNT = 1_203
const NODE = 'n'.repeat(43)

/** Brings the tables of the log back to where they were before there were choices. */
async function undo(db: Db): Promise<void> {
  await sql`DROP TABLE decision_subject`.execute(db)
  await sql`DROP TABLE decision_input`.execute(db)
  await sql`DROP INDEX decision_at`.execute(db)
  await sql`DROP INDEX decision_kind`.execute(db)
  await sql`ALTER TABLE decision DROP COLUMN form`.execute(db)
}

/** Records as they were written before: the hash is over five members. */
async function fillAsBefore(db: Db): Promise<void> {
  let prev = '0'.repeat(64)
  for (let seq = 1; seq <= COUNT; seq++) {
    const body = JSON.stringify(seq % 3 === 0 ? { nodeId: NODE, reason: 'x' } : { jobId: `job-${seq % 5}`, nodeId: NODE, proofId: 'no id: spaces' })
    const hash = sha256Hex(JSON.stringify([seq, seq * 10, 'lease', body, prev]))
    await sql`INSERT INTO decision (seq, at, kind, body, prev_hash, hash) VALUES (${seq}, ${seq * 10}, 'lease', ${body}, ${prev}, ${hash})`.execute(db)
    prev = hash
  }
}

test('a log that was written before there were choices stays verifiable, can be searched, and goes on', async () => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await undo(db)
  await transact(db, (tx) => fillAsBefore(tx))
  await up(db as unknown as Kysely<unknown>)
  expect(await verifyDecisions(db)).toEqual({ count: COUNT, brokenAt: null })
  const clock = createFakeClock()
  await transact(db, async (tx) => {
    await createAudit(clock)(tx, 'job.queued', { jobId: 'job-1' })
    await createChoose(clock)(tx, choiceBy(sumPolicy, { own: { terms: [1] } }))
  })
  expect(await verifyDecisions(db)).toEqual({ count: COUNT + 2, brokenAt: null })
  const log = createDecisions({ db })
  const page = { kind: null, since: null, until: null, after: null, limit: 3 }
  const { items } = await log.list(allRows(), { ...page, about: 'job:job-1' })
  expect(items.map(({ seq, form }) => [seq, form])).toEqual([
    [COUNT + 2, 'choice'],
    [COUNT + 1, 'fact'],
    [1_201, 'fact'],
  ])
  expect((await log.list(allRows(), { ...page, about: `node:${NODE}` })).items[0]).toMatchObject({ seq: COUNT, subjects: [{ kind: 'node', id: NODE }] })
})
