import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import type { PlanInput } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'
import { NOW, fakeNode, fakeOutlook, fakeSpec } from './planner/planner.fake.ts'
import { createPlanRunner } from './planning-thread.ts'

const listOf = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))

let clock: FakeClock
let stop: AbortController
const started: unknown[] = []
const note = (said: unknown) => void started.push(said)
const runner = () => createPlanRunner(clock, stop.signal)
beforeEach(() => {
  clock = createFakeClock()
  stop = new AbortController()
  started.length = 0
  subscribe('worker_threads', note)
})
afterEach(() => {
  unsubscribe('worker_threads', note)
  stop.abort()
})

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
  const run = runner()
  expect(await turnsDuring(async () => expect(JSON.stringify(await run(input))).toBe(JSON.stringify(planJobs(input))))).toBeGreaterThan(0)
  expect(await run(input)).toStrictEqual(planJobs(input))
})

test('one thread plans one round after another, and is given up once nothing large was planned for a while', async () => {
  const run = runner()
  for (let rounds = 0; rounds < 3; rounds++) await run(roundOf(250))
  expect(started).toHaveLength(1)
  await clock.advance(599_000)
  await run(roundOf(250))
  expect(started).toHaveLength(1)
  await clock.advance(600_000)
  await run(roundOf(250))
  expect(started).toHaveLength(2)
})

test('a small round is not worth a thread', async () => {
  expect(await turnsDuring(async () => expect(await runner()(roundOf(10))).toStrictEqual(planJobs(roundOf(10))))).toBe(0)
})

test('a round that fails in its thread says why, and the rounds after it are planned', async () => {
  const run = runner()
  const [broken, next] = await Promise.allSettled([run(BROKEN), run(roundOf(250))])
  expect(broken).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } })
  expect(next).toStrictEqual({ status: 'fulfilled', value: planJobs(roundOf(250)) })
})

test('when the coordinator stops, neither the round that is being planned nor those that wait for it hold it up', async () => {
  const run = runner()
  const rounds = Promise.allSettled([run(roundOf(250)), run(roundOf(250))])
  // The first has its thread by now.
  await Promise.resolve()
  stop.abort()
  const stopped = { status: 'rejected', reason: new Error('Nothing more is planned: the coordinator is stopping.') }
  expect(await rounds).toEqual([stopped, stopped])
})
