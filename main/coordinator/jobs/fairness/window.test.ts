import * as fc from 'fast-check'
import { type CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { testSpec } from '../../test-work.fake.ts'
import { openTestDatabase } from '../../persistence/database.fake.ts'
import { type Db, openDatabase } from '../../persistence/database.ts'
import { createAtHandStore } from '../at-hand.store.ts'
import { newJobRow } from '../new-job.store.ts'
import { jobsAtHand } from '../world.ts'

const NOW = Date.parse('2026-06-01T12:00:00Z')
const REQUESTERS = ['ada', 'bob', 'cyd']

let db: Db
beforeAll(async () => {
  db = await openTestDatabase()
  await addRequesters(db)
})
afterAll(() => db.destroy())

const addRequesters = (to: Db) =>
  to
    .insertInto('requester')
    .values(REQUESTERS.map((id) => ({ id, name: id, created_at: 0 })))
    .execute()

interface Waiting {
  readonly who: number
  readonly priority: number
  readonly gpus: number
  readonly hours: number
  readonly start: number
}

const rowOf = ({ who, priority, gpus, hours, start }: Waiting, index: number) => ({
  ...newJobRow({
    jobId: `job-${String(index).padStart(3, '0')}`,
    requesterId: REQUESTERS[who] ?? '',
    spec: testSpec(NOW, { priority, needs: { gpus, vramBytes: 0, ramBytes: 0 } }),
    submittedAt: NOW,
    deadlineAt: NOW + hours * 3_600_000,
    reason: 'waiting.planning',
    message: 'Waits for its plan.',
    template: null,
    array: null,
    isBlocked: false,
    fairStart: start,
    isBestEffort: false,
  }),
})

const waiting: fc.Arbitrary<Waiting> = fc.record({
  who: fc.nat(2),
  priority: fc.nat(9),
  gpus: fc.nat(1),
  hours: fc.integer({ min: 1, max: 5 }),
  start: fc.nat(1_000_000),
})

const turns = async (queued: number) => {
  const jobs = await jobsAtHand(db, NOW, { specs: new Map(), reach: { queued, planned: 4 * queued } })
  return jobs.map(({ job, turn }) => [job.jobId, turn] as const)
}

test('a round that looks at five jobs of a queue gives them the turns that they have among all, and the next of all is one of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(waiting, { minLength: 1, maxLength: 60 }), async (jobs) => {
      await db.deleteFrom('job').execute()
      await db.insertInto('job').values(jobs.map(rowOf)).execute()
      const [few, all] = [await turns(5), await turns(10_000)]
      expect(all).toHaveLength(jobs.length)
      expect(few.length).toBeLessThanOrEqual(6)
      const among = new Map(all)
      expect(few).toEqual(few.map(([jobId]) => [jobId, among.get(jobId)]))
      expect(few[0]).toEqual(all[0])
    }),
    { numRuns: 12 },
  )
})

/** How SQLite answers what has been asked of jobs. */
async function plansOf(of: Db, asked: readonly CompiledQuery[]): Promise<string[]> {
  const plans: string[] = []
  for (const { sql: text } of asked) {
    const { rows } = await sql<{ detail: string }>`EXPLAIN QUERY PLAN ${sql.raw(text.replaceAll('?', "'x'"))}`.execute(of)
    plans.push(...rows.map(({ detail }) => detail))
  }
  return plans
}

/** Of fewer, SQLite knows by itself that their ids are the shortest way to them. */
const MANY = 200

test('however long the queue is, a round reads the jobs that it looks at by their ids', async () => {
  const sqlite = await openDatabase(':memory:')
  onTestFinished(() => sqlite.destroy())
  await addRequesters(sqlite)
  await sqlite
    .insertInto('job')
    .values(Array.from({ length: MANY }, (_, index) => rowOf({ who: 0, priority: 0, gpus: 1, hours: 1, start: index }, index)))
    .execute()
  const ask = vi.spyOn(sqlite.getExecutor(), 'executeQuery')
  expect(await createAtHandStore(sqlite).atHand(new Map())).toHaveLength(MANY)
  const byIds = ask.mock.calls.map(([query]) => query).filter(({ sql: text }) => /"job" where "id" in/.test(text))
  ask.mockRestore()
  expect(await plansOf(sqlite, byIds)).toEqual([expect.stringContaining('sqlite_autoindex_job_1')])
})
