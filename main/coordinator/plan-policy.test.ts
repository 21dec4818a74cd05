import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { EVERYTHING, createChoose } from './audit/audit.ts'
import type { Decision } from './audit/chain.ts'
import { createDecisionsStore } from './audit/decisions.store.ts'
import { createInputsStore } from './audit/inputs.store.ts'
import { createReplay } from './audit/replay.ts'
import { seal, unpack } from './audit/sealed.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import { type Db, transact } from './persistence/database.ts'
import { planChoices, planPolicy } from './plan-policy.ts'
import type { PlanInput } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'
import { NOW, fakeJob, fakeNode, fakeOutlook, fakePrice } from './planner/planner.fake.ts'
import { POLICIES } from './policies.ts'

const ZONES = ['GB', 'DE', 'FR'] as const
/** As grids and exchanges give them, zero included. */
const hundredths = (min: number, max: number) => fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100)
const level = fc.option(hundredths(0, 900), { nil: null, freq: 12 })
const anyOutlook = fc.record({ values: fc.array(level, { minLength: 1, maxLength: 60 }), prices: fc.array(hundredths(-20, 80), { maxLength: 60 }) })
const anyNode = fc.record({ zone: fc.constantFrom(...ZONES), online: fc.boolean(), priceMinorPerKWh: fc.option(hundredths(0, 90)) })
const anyJob = fc.record({
  seconds: fc.integer({ min: 60, max: 20_000 }),
  hours: fc.integer({ min: 1, max: 40 }),
  objective: fc.constantFrom('green', 'cheap', 'fast', 'balanced', { carbon: 1, cost: 0.3, time: 0.1 }),
  isInterruptible: fc.boolean(),
  zones: fc.option(fc.subarray([...ZONES], { minLength: 1 })),
})
const anyInput = fc
  .record({
    outlooks: fc.array(anyOutlook, { maxLength: 3 }),
    nodes: fc.array(anyNode, { maxLength: 5 }),
    jobs: fc.array(anyJob, { minLength: 1, maxLength: 6 }),
  })
  .map(
    ({ outlooks, nodes, jobs }): PlanInput => ({
      now: NOW,
      zones: outlooks.map(({ values, prices }, index) => fakeOutlook(ZONES[index] ?? 'GB', values, { price: prices.length === 0 ? null : fakePrice(prices) })),
      nodes: nodes.map(({ zone, ...change }, index) => fakeNode(`node-${index}`, zone, change)),
      jobs: jobs.map(({ seconds, hours, objective, isInterruptible, zones }, index) =>
        fakeJob(`job-${index}`, {
          expected: { seconds, watts: 300 },
          deadline: new Date(NOW + hours * 3_600_000).toISOString(),
          objective,
          zones,
          args: [`--${index}`],
          env: { LEVEL: String(index) },
          ...(isInterruptible ? { checkpoints: true, interruptible: { minRunSeconds: 600, restartSeconds: 60 } } : {}),
        }),
      ),
    }),
  )

/** Records a choice about every job of a round. */
async function record(db: Db, input: PlanInput): Promise<void> {
  const [choose, choiceOf] = [createChoose(createFakeClock()), planChoices(input, planJobs(input))]
  await transact(db, async (tx) => {
    for (const { jobId } of input.jobs) await choose(tx, { kind: 'plan', subject: { kind: 'job', id: jobId }, ...choiceOf(jobId) })
  })
}

const kept = (db: Db) => db.selectFrom('decision_input').selectAll().execute()

test('whatever a round was asked, each of its choices is made again the same, bit for bit, from what the log keeps', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const replay = createReplay({ input: (sha256) => createInputsStore(db).text(sha256), policies: POLICIES })
  let last: Decision | null = null
  await fc.assert(
    fc.asyncProperty(anyInput, async (input) => {
      await record(db, input)
      const log = await createDecisionsStore(db).oldest(EVERYTHING, { after: last?.seq ?? 0, limit: 100 })
      expect(log).toHaveLength(input.jobs.length)
      for (const decision of log) {
        expect(await replay({ decision, before: last })).toEqual({ verdict: 'same' })
        last = decision
      }
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

test('what is expected of a zone is kept once, however many rounds were planned with it', async () => {
  const db = await openTestDatabase()
  const [zones, nodes] = [[fakeOutlook('GB', [300, 100]), fakeOutlook('DE', [400, 200])], [fakeNode('a', 'GB')]]
  for (const jobId of ['job-1', 'job-2', 'job-3']) await record(db, { now: NOW, zones, nodes, jobs: [fakeJob(jobId)] })
  // Two zones, one list of nodes, one moment, three lists of jobs.
  expect(await kept(db)).toHaveLength(7)
  await db.destroy()
})

const ofQueue = (queue: PlanInput['jobs']) => planChoices({ now: NOW, zones: [], nodes: [], jobs: queue }, [])('job-1')

test('of a long queue only the pieces around what changed are kept again, and nothing of what its jobs do', async () => {
  const db = await openTestDatabase()
  const jobs = Array.from({ length: 3_000 }, (_, index) => fakeJob(`job-${index}`, { env: { TOKEN: 'secret' }, args: ['secret'] }))
  const choose = createChoose(createFakeClock())
  const record = (queue: PlanInput['jobs']) => transact(db, (tx) => choose(tx, { kind: 'plan', subject: { kind: 'job', id: 'job-1' }, ...ofQueue(queue) }))
  await record(jobs)
  const before = (await kept(db)).length
  expect(before).toBeGreaterThan(5)
  await record(jobs.toSpliced(1_500, 1))
  expect((await kept(db)).length).toBeLessThanOrEqual(before + 2)
  await record([fakeJob('first'), ...jobs])
  expect((await kept(db)).length).toBeLessThanOrEqual(before + 4)
  for (const { packed } of await kept(db)) expect(unpack(packed)).not.toContain('secret')
  await db.destroy()
})

test('of many nodes only the piece around the one that changed is kept again', async () => {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const nodes = Array.from({ length: 400 }, (_, index) => fakeNode(`node-${index}`, 'GB'))
  const choose = createChoose(createFakeClock())
  const record = (known: PlanInput['nodes']) =>
    transact(db, (tx) =>
      choose(tx, { kind: 'plan', subject: { kind: 'job', id: 'job-1' }, ...planChoices({ now: NOW, zones: [], jobs: [], nodes: known }, [])('job-1') }),
    )
  await record(nodes)
  const before = (await kept(db)).length
  expect(before).toBeGreaterThan(3)
  await record(nodes.with(200, fakeNode('node-200', 'GB', { online: false })))
  expect((await kept(db)).length).toBe(before + 1)
})

test('a job that was not in the round has no answer', () => {
  const input: PlanInput = { now: NOW, zones: [], nodes: [], jobs: [fakeJob('job-1')] }
  expect(planChoices(input, planJobs(input))('job-2').answer).toEqual({ outcome: null, alternatives: [] })
})

test('a version answers a recorded round as it always did; where the answers change, so does VERSION', () => {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/plan-round.json'), 'utf8')) as Parameters<typeof planPolicy.decide>[0]
  const answers = (recorded['jobs 1'] as { jobId: string }[]).map(({ jobId }) => planPolicy.decide(recorded, { kind: 'job', id: jobId }))
  expect(`${planPolicy.version} ${seal(answers).sha256}`).toMatchInlineSnapshot(`"1 c9b5024d9f985cb03f7c4e387d8aa152a5f5c6ec54329d653d10e23f834640a7"`)
})
