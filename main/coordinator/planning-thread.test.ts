import { expect, test } from 'vitest'
import type { PlanInput } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'
import { NOW, fakeNode, fakeOutlook, fakeSpec } from './planner/planner.fake.ts'
import { createPlanRunner } from './planning-thread.ts'

const listOf = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))
const never = new AbortController().signal

/** Small enough to be planned at once with 10 jobs; with 250, for a thread, which answers in pieces. */
const roundOf = (jobs: number): PlanInput => ({
  now: NOW,
  jobs: listOf(jobs, (index) => ({
    jobId: `job-${index}`,
    spec: fakeSpec(),
    submittedAt: NOW,
    restMs: 3_600_000,
    progress: 'fresh',
    runsOn: null,
    current: null,
    reroutes: 0,
  })),
  nodes: listOf(20, (index) => fakeNode(`node-${index}`, index % 2 === 0 ? 'GB' : 'DE')),
  zones: ['GB', 'DE'].map((zone, at) =>
    fakeOutlook(
      zone,
      listOf(60, (slot) => 100 + 50 * Math.sin(slot / 7 + at)),
    ),
  ),
})

const BROKEN = { ...roundOf(250), zones: null } as unknown as PlanInput

/** How often others had their turn while `work` was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  await work()
  clearInterval(turning)
  return turns
}

test('a large round is planned while others have their turn, and gives the same as one that is planned here, byte for byte', async () => {
  const input = roundOf(250)
  const run = createPlanRunner(never)
  expect(await turnsDuring(async () => expect(JSON.stringify(await run(input))).toBe(JSON.stringify(planJobs(input))))).toBeGreaterThan(0)
  expect(await run(input)).toStrictEqual(planJobs(input))
})

test('a small round is not worth a thread', async () => {
  expect(await turnsDuring(async () => expect(await createPlanRunner(never)(roundOf(10))).toStrictEqual(planJobs(roundOf(10))))).toBe(0)
})

test('a round that fails in its thread says why, and the rounds after it are planned', async () => {
  const run = createPlanRunner(never)
  const [broken, next] = await Promise.allSettled([run(BROKEN), run(roundOf(250))])
  expect(broken).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } })
  expect(next).toStrictEqual({ status: 'fulfilled', value: planJobs(roundOf(250)) })
})

test('when the coordinator stops, neither the round that is being planned nor those that wait for it hold it up', async () => {
  const stop = new AbortController()
  const run = createPlanRunner(stop.signal)
  const rounds = Promise.allSettled([run(roundOf(250)), run(roundOf(250))])
  // The first has its thread by now.
  await Promise.resolve()
  stop.abort()
  const stopped = { status: 'rejected', reason: new Error('Nothing more is planned: the coordinator is stopping.') }
  expect(await rounds).toEqual([stopped, stopped])
})
