import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobSpec, Lease } from '../../shared/contract/job.ts'
import { createIds } from '../kernel/ids.ts'
import { type TestNode } from './core.fake.ts'
import { planFirstFree } from './first-free.fake.ts'
import { createHoldings } from './jobs/holdings.ts'
import { type Stragglers, type StragglersDeps, createStragglers } from './jobs/stragglers/stragglers.ts'
import { jobsAtHand } from './jobs/world.ts'
import { checkLedger } from './ledger/check.ts'
import { PREPAID, type World, givenBack, leaseTo, prepaid, runToTheEnd, save, startRuns, submitSaving, viewJob, work } from './runs.fixture.ts'

const MINUTE_MS = 60_000
let world: World
let slow: TestNode
let other: TestNode
let asked: string[]
let looking: () => Promise<void>
beforeEach(async () => {
  world = await startRuns()
  ;[slow, other] = world.nodes as [TestNode, TestNode]
  asked = []
  for (let run = 0; run < 8; run++) await doneBefore(`old-${run}`)
})
afterEach(() => world.core[Symbol.asyncDispose]())

const unused = async () => undefined

/** A job of the same kind that took a minute, as was expected. */
async function doneBefore(jobId: string): Promise<void> {
  const { core } = world
  await core.submit(jobId, { checkpoints: true })
  const { leaseId } = await leaseTo(world, slow)
  const at = core.clock.now()
  await core.db
    .updateTable('attempt')
    .set({ state: 'succeeded', started_at: at, ended_at: at + MINUTE_MS })
    .where('lease_id', '=', leaseId)
    .execute()
  await core.db.updateTable('job').set({ state: 'completed' }).where('id', '=', jobId).execute()
}

function watch(): Stragglers {
  const { core } = world
  const deps: StragglersDeps = {
    db: core.db,
    clock: core.clock,
    ids: createIds(core.clock),
    chance: () => 0.5,
    money: { reserve: unused, reserveAll: unused, release: unused, releaseAll: unused },
    endRuns: async () => 'free',
    decide: core.decide,
    choose: core.choose,
    leaseTtlMs: 90_000,
    push: { yield: (nodeId, { leaseId, reason }) => asked.push(`${nodeId} ${leaseId} ${reason}`) > 0 },
    nodes: core.registry.list,
    plan: planFirstFree(() => 0),
    holdings: createHoldings(core.db),
    onFailure: (message) => asked.push(message),
  }
  return createStragglers(deps)
}

/** Lets a job run on the slow machine for so long; the other one may be idle meanwhile. */
async function runsFor(minutes: number, changes: Partial<JobSpec> = {}, { isIdle = true } = {}): Promise<Lease> {
  await submitSaving(world, changes)
  const lease = await leaseTo(world, slow)
  const stragglers = watch()
  await stragglers.learn()
  looking = stragglers.look
  for (let left = minutes * MINUTE_MS; left > 0; left -= 30_000) {
    if (isIdle) await other.ready()
    await work(world, { node: slow, lease, ms: 30_000 })
    await looking()
  }
  return lease
}

test('a job that takes much longer than is usual is asked back once, goes on on an idle machine, and both are paid for what they did', async () => {
  const { core } = world
  const before = await prepaid(world)
  const lease = await runsFor(1.5)
  expect(asked).toEqual([])
  await other.ready()
  await work(world, { node: slow, lease, ms: 1.5 * MINUTE_MS })
  for (const _ of [1, 2, 3]) await looking()
  expect(asked).toEqual([`${slow.nodeId} ${lease.leaseId} straggler`])
  expect((await slow.ready([{ leaseId: lease.leaseId, token: lease.token, state: 'running' }])).yields).toEqual([
    { leaseId: lease.leaseId, reason: 'straggler' },
  ])
  expect((await core.decided('job.straggling')).map(({ why, instead }) => [why, instead])).toEqual([['slow', other.nodeId]])
  await save(world, slow, lease)
  const said = await givenBack(world, { node: slow, lease, ms: 3 * MINUTE_MS })
  await core.parts.proofs.giveBack(slow.nodeId, { ...said, reason: 'straggler', message: 'It takes much longer here.' })
  expect((await viewJob(world)).attempts.at(-1)).toMatchObject({ state: 'given-back', reason: 'straggler' })
  await runToTheEnd(world, other, MINUTE_MS)
  const { state, priceMicroUsd, receiptIds } = await viewJob(world)
  expect([state, receiptIds.length, priceMicroUsd]).toEqual(['completed', 2, '40000'])
  expect(before - (await prepaid(world))).toBe(40_000n)
  expect(await checkLedger(core.db)).toMatchObject({ balanced: true, findings: [] })
})

test('it is not given to the slow machine again at once', async () => {
  const lease = await runsFor(3)
  await save(world, slow, lease)
  const said = await givenBack(world, { node: slow, lease, ms: 3 * MINUTE_MS })
  await world.core.parts.proofs.giveBack(slow.nodeId, { ...said, reason: 'straggler' })
  const [atHand] = await jobsAtHand(world.core.db, world.core.clock.now(), { specs: new Map() })
  expect([atHand?.job.jobId, atHand?.avoids]).toEqual(['job-1', [slow.nodeId]])
})

test.each([
  ['saves nothing', { checkpoints: false }, {}],
  ['may have done something outside', { lease: 'durable' }, {}],
  ['has nowhere else to go', {}, { isIdle: false }],
] as const)('a job that takes long and %s is left where it is', async (_, changes, idle) => {
  await runsFor(5, changes, idle)
  expect(asked).toEqual([])
})

test('what is usual is learned from the jobs that are watched, so that a kind that always takes long is left alone', async () => {
  const { core } = world
  await core.db
    .updateTable('attempt')
    .set({ ended_at: core.clock.now() + 10 * MINUTE_MS })
    .where('state', '=', 'succeeded')
    .execute()
  await runsFor(8)
  expect(asked).toEqual([])
  expect(await prepaid(world)).toBeLessThan(PREPAID)
})
