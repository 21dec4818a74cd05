import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { type TestCore, type TestNode, REQUESTER, startTestCore } from '../core.fake.ts'
import { SECONDS, testCapabilities, testSpec } from '../test-work.fake.ts'
import { planFirstFree } from '../first-free.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { createRenewals, leaseStanding } from './leases.ts'
import { type LeasingDeps, leaseJob } from './leasing.ts'
import type { PlanJobs } from './ports.ts'
import { createTokens } from './tokens.ts'

let core: TestCore
let node: TestNode
let delay = 0

beforeEach(async () => {
  delay = 0
  core = await startTestCore({ delayMs: () => delay })
  node = await core.enrol()
})
afterEach(() => core[Symbol.asyncDispose]())

const job = (jobId = 'job-1') => core.jobs.view(REQUESTER, jobId)
const cut = ({ leaseId, token }: { leaseId: string; token: number }) => ({ nodeId: node.nodeId, leaseId, token })
const running = ({ leaseId, token }: { leaseId: string; token: number }) => [{ leaseId, token, state: 'running' as const }]

test('a waiting job says why, counts what excludes every node, and moves as soon as one is there', async () => {
  await core.submit('job-1')
  await core.jobs.round()
  expect(await job()).toMatchObject({
    state: 'queued',
    reason: 'waiting.offline',
    message: 'No machine can take this job now: 1 offline. It goes on when one is back.',
    excluded: { offline: 1 },
  })
  await node.ready()
  await core.jobs.round()
  expect(await job()).toMatchObject({ state: 'leased', reason: null, plan: { nodeId: node.nodeId }, attempts: [{ state: 'leased' }] })
  expect((await core.decided('lease'))[0]).toMatchObject({ jobId: 'job-1', nodeId: node.nodeId, token: 1 })
})

test('a planned job waits for its window and is leased shortly before it opens', async () => {
  delay = 3_600_000
  await node.ready()
  await core.submit('job-1')
  await core.jobs.round()
  const { plan, state, reason } = await job()
  expect([state, reason]).toEqual(['planned', 'waiting.window'])
  const opensAt = fromIso(plan?.window.from ?? '')
  for (let now = core.clock.now(); now < opensAt - 30_000; now = core.clock.now()) {
    expect((await job()).state).toBe('planned')
    delay = opensAt - now
    await core.clock.advance(Math.min(60_000, opensAt - 30_000 - now))
    await node.ready()
    delay = opensAt - core.clock.now()
    await core.jobs.round()
  }
  expect((await job()).state).toBe('leased')
})

test('a node holds one lease at a time, and the next job follows when it is free', async () => {
  const lease = await core.lease(node, 'job-1')
  await core.submit('job-2')
  await core.jobs.round()
  expect(await job('job-2')).toMatchObject({ state: 'queued', reason: 'waiting.busy' })
  await core.jobs.fail({ ...cut(lease), reason: 'runtime.failed', message: 'exit 3', exitCode: 3, retry: false })
  await core.jobs.round()
  expect((await job('job-1')).state).toBe('failed')
  expect((await job('job-2')).state).toBe('leased')
})

const nothing = async () => undefined

/** What it takes to give leases out beside the dispatcher. */
const leasingDeps = (): LeasingDeps => ({
  ...core,
  ids: createIds(core.clock),
  money: { reserve: nothing, reserveAll: nothing, release: nothing, releaseAll: nothing },
  endRuns: async () => 'free' as const,
  chance: () => 0.5,
  leaseTtlMs: 90_000,
  push: { lease: () => false, cancel: () => false },
  renewals: createRenewals(core.clock, 90_000),
  nextToken: createTokens(() => 7),
})

test('two jobs planned for one node cannot both be leased to it, whoever tries', async () => {
  delay = 3_600_000
  await node.ready()
  await core.submit('job-1')
  await core.submit('job-2')
  await core.jobs.round()
  const deps = leasingDeps()
  const leases = await Promise.all(
    ['job-1', 'job-2', 'job-1'].map((jobId) => leaseJob(deps, { jobId, node: { nodeId: node.nodeId, capabilities: testCapabilities }, choice: null })),
  )
  expect(leases.map((lease) => (typeof lease === 'string' ? lease : lease.jobId))).toEqual(['job-1', 'full', 'moved-on'])
})

test('a node with four GPUs holds four jobs on one each and one on its processor, never two there', async () => {
  delay = 3_600_000
  await node.ready()
  const needed = [0, 1, 1, 0, 1, 1, 1]
  for (const [index, gpus] of needed.entries()) await core.submit(`job-${index}`, { needs: { gpus, vramBytes: 0, ramBytes: 0 } })
  await core.jobs.round()
  const deps = leasingDeps()
  const gpus = testCapabilities.gpus.flatMap((gpu) => [gpu, gpu, gpu, gpu])
  const leases: unknown[] = []
  for (const index of needed.keys())
    leases.push(await leaseJob(deps, { jobId: `job-${index}`, node: { nodeId: node.nodeId, capabilities: { ...testCapabilities, gpus } }, choice: null }))
  expect(leases.map((lease) => lease === 'full')).toEqual([false, false, false, true, false, false, true])
})

test('more urgent jobs go first', async () => {
  await core.submit('lazy', { priority: 1 })
  await core.submit('urgent', { priority: 9 })
  await node.ready()
  await core.jobs.round()
  expect([(await job('lazy')).state, (await job('urgent')).state]).toEqual(['planned', 'leased'])
  await core.clock.advance(31_000)
  await node.ready()
  await core.jobs.round()
  expect((await job('lazy')).state).toBe('queued')
})

test('a lease lives as long as its agent lists it, and ends when it falls silent', async () => {
  const lease = await core.lease(node)
  await core.jobs.start(cut(lease))
  for (let i = 0; i < 10; i++) {
    await core.clock.advance(60_000)
    expect(await node.ready(running(lease))).toMatchObject({ lost: [], cancelled: [] })
    await core.jobs.round()
  }
  expect((await job()).state).toBe('running')
  await core.clock.advance(91_000)
  await core.jobs.round()
  expect(await job()).toMatchObject({ attempts: [{ state: 'lost', reason: 'lease.expired' }, { state: 'leased' }] })
  expect(await node.ready(running(lease))).toMatchObject({ lost: [lease.leaseId] })
  await expect(core.jobs.start(cut(lease))).rejects.toMatchObject({ code: 'lease.lost' })
})

test('an agent that was cut off takes its attempt up again if nobody else was given the job', async () => {
  const lease = await core.lease(node)
  await core.jobs.start(cut(lease))
  await core.jobs.round()
  await core.clock.advance(300_000)
  await core.jobs.round()
  expect(await job()).toMatchObject({ state: 'queued', attempts: [{ state: 'lost' }] })
  expect(await node.ready(running(lease))).toMatchObject({ lost: [], cancelled: [] })
  await core.jobs.round()
  expect(await job()).toMatchObject({ state: 'running', attempts: [{ state: 'running', reason: null }] })
})

test('a job whose machines keep vanishing fails after three attempts, and its money is free again', async () => {
  let lease: Awaited<ReturnType<typeof core.jobs.request>> = await core.lease(node)
  for (let i = 0; i < 3 && lease; i++) {
    await core.jobs.start(cut(lease))
    await core.clock.advance(91_000)
    await node.ready()
    await core.jobs.round()
    lease = await core.jobs.request(node.nodeId, ['docker', 'wasm'])
  }
  expect(await job()).toMatchObject({ state: 'failed', reason: 'lease.expired' })
  expect(await core.decided('test.release')).toEqual([{ jobId: 'job-1' }])
})

test('a machine that has left without a word fails no job: the job keeps away from there for a while', async () => {
  await core.lease(node)
  for (let i = 0; i < 4; i++) {
    await core.clock.advance(91_000)
    await node.ready()
    await core.jobs.round()
  }
  expect((await job()).state).toBe('leased')
  expect(await core.decided('test.release')).toEqual([])
  const { unbegun } = await createAttemptsStore(core.db).past(['job-1'])
  expect(unbegun.map(({ nodeId }) => nodeId)).toEqual(Array.from({ length: 3 }, () => node.nodeId))
})

test('owners who want their machine back use up none of a job’s attempts', async () => {
  let lease: Awaited<ReturnType<typeof core.jobs.request>> = await core.lease(node)
  for (let i = 0; i < 5 && lease; i++) {
    await core.jobs.fail({ ...cut(lease), reason: 'owner-present', message: 'The machine was needed.', exitCode: null, retry: true })
    await core.clock.advance(61_000)
    await node.ready()
    lease = await core.jobs.request(node.nodeId, ['docker', 'wasm'])
  }
  expect(lease).not.toBeNull()
  expect(await job()).toMatchObject({ state: 'leased' })
})

test('the deadline ends a waiting job at once and a running one after a grace for work that is under way', async () => {
  const soon = () => ({ deadline: toIso(core.clock.now() + 120_000) })
  const lease = await core.lease(node, 'running', soon())
  await core.submit('waiting', soon())
  for (let i = 0; i < 2; i++) {
    await core.clock.advance(61_000)
    await node.ready(running(lease))
    await core.jobs.round()
  }
  expect([(await job('waiting')).state, (await job('running')).state]).toEqual(['expired', 'leased'])
  await core.clock.advance(61_000)
  await core.jobs.round()
  expect(await job('running')).toMatchObject({ state: 'expired', reason: 'deadline' })
  expect(await node.ready(running(lease))).toMatchObject({ cancelled: [lease.leaseId] })
})

test('cancelling ends the lease, tells the agent and frees the money; twice is once', async () => {
  const lease = await core.lease(node)
  await core.jobs.cancel(REQUESTER, 'job-1')
  expect(await core.jobs.cancel(REQUESTER, 'job-1')).toMatchObject({ state: 'cancelled' })
  expect(await node.ready(running(lease))).toMatchObject({ cancelled: [lease.leaseId] })
  expect(await core.decided('test.release')).toHaveLength(1)
})

test('reporting start and failure twice is harmless', async () => {
  const lease = await core.lease(node)
  await core.jobs.start(cut(lease))
  await core.jobs.start(cut(lease))
  const failure = { ...cut(lease), reason: 'job.timeout', message: 'too long', exitCode: null, retry: true }
  await core.jobs.fail(failure)
  await core.jobs.fail(failure)
  expect((await job()).attempts).toHaveLength(1)
})

test('submitting the same job again is harmless, another job under its id is refused', async () => {
  await core.submit('job-1')
  const spec = testSpec(core.clock.now())
  await core.clock.advance(1_000)
  await expect(core.jobs.submit({ requesterId: REQUESTER, jobId: 'job-1', spec })).resolves.toMatchObject({ state: 'queued' })
  expect(await core.decided('test.reserve')).toEqual([{ jobId: 'job-1', microUsd: '1000000' }])
  await expect(core.submit('job-1', { name: 'another' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(core.jobs.view('someone-else', 'job-1')).rejects.toMatchObject({ code: 'not-found' })
})

const fail = (code: FailureCode, message: string) => async () => {
  throw new WindfallError(code, message)
}

test('a job that cannot be paid is not accepted at all', async () => {
  await using poor = await startTestCore({
    changes: ({ money }) => ({ money: { ...money, reserve: fail('funds.insufficient', 'Your balance is too small.') } }),
  })
  await expect(poor.submit('job-1')).rejects.toMatchObject({ code: 'funds.insufficient' })
  await expect(poor.jobs.view(REQUESTER, 'job-1')).rejects.toMatchObject({ code: 'not-found' })
})

test.each([
  ['a deadline in the past', () => ({ deadline: toIso(core.clock.now()) })],
  ['an earliest start after the deadline', () => ({ earliestStart: toIso(core.clock.now() + 86_400_000) })],
  [
    'an archive nobody uploaded',
    () => ({ runtime: { name: 'docker' as const, image: `sha256:${'1'.repeat(64)}`, archive: `sha256:${'2'.repeat(64)}`, reference: null } }),
  ],
  ['nothing to run', () => ({ runtime: { name: 'docker' as const, image: `sha256:${'1'.repeat(64)}`, archive: null, reference: null } })],
  ['a job to be interrupted that saves no checkpoints', () => ({ interruptible: { minRunSeconds: 0, restartSeconds: 0 } })],
  [
    'a module to be interrupted',
    () => ({
      runtime: { name: 'wasm' as const, image: `sha256:${'1'.repeat(64)}`, archive: `sha256:${'1'.repeat(64)}` },
      interruptible: { minRunSeconds: 0, restartSeconds: 0 },
      checkpoints: true,
    }),
  ],
  ['a module that is not its archive', () => ({ runtime: { name: 'wasm' as const, image: `sha256:${'1'.repeat(64)}`, archive: `sha256:${'2'.repeat(64)}` } })],
])('%s is refused at submission', async (_, changes) => {
  await expect(core.submit('job-1', changes())).rejects.toMatchObject({ code: 'input.invalid' })
})

test('a grid that cannot be asked is a reason to wait, not a failure', async () => {
  await using dark = await startTestCore({ changes: () => ({ plan: fail('grid.unavailable', 'No intensity data for GB-13.') }) })
  await dark.submit('job-1')
  await dark.jobs.round()
  expect(await dark.jobs.view(REQUESTER, 'job-1')).toMatchObject({ state: 'queued', reason: 'waiting.grid', message: 'No intensity data for GB-13.' })
})

test('what a job waits for is not written again while it stays the same', async () => {
  let message = 'No intensity data.'
  const plan: PlanJobs = () => Promise.reject(new WindfallError('grid.unavailable', message))
  await using dark = await startTestCore({ changes: () => ({ plan }) })
  await dark.submit('job-1')
  await dark.jobs.round()
  const toldAt = dark.clock.now()
  await dark.clock.advance(60_000)
  await dark.jobs.round()
  expect(await dark.jobs.view(REQUESTER, 'job-1')).toMatchObject({ updatedAt: toIso(toldAt) })
  message = 'Nobody answers.'
  await dark.clock.advance(60_000)
  await dark.jobs.round()
  expect(await dark.jobs.view(REQUESTER, 'job-1')).toMatchObject({ message, updatedAt: toIso(dark.clock.now()) })
})

test('a job that is shorter than planning takes is given out all the same', async () => {
  const think = planFirstFree(() => 0)
  await using slow: TestCore = await startTestCore({
    changes: () => ({
      plan: async (world) => {
        const planned = await think(world)
        slow.clock.jump(2 * SECONDS * 1_000)
        return planned
      },
    }),
  })
  const worker = await slow.enrol()
  await worker.ready()
  await slow.submit('job-1')
  await slow.jobs.round()
  expect(await slow.jobs.view(REQUESTER, 'job-1')).toMatchObject({ state: 'leased' })
})

test('a lease that was pushed into the void is offered again until the agent has begun', async () => {
  const lease = await core.lease(node)
  expect(await core.jobs.request(node.nodeId, ['docker'])).toEqual(lease)
  expect(await core.jobs.request(node.nodeId, ['wasm'])).toBeNull()
  await core.jobs.start(cut(lease))
  expect(await core.jobs.request(node.nodeId, ['docker'])).toBeNull()
})

test('the loop runs a round every second and at once when something happens', async () => {
  const stop = new AbortController()
  const stopped = core.jobs.run(stop.signal)
  await node.ready()
  await core.submit('job-1')
  const stateSoon = async () => {
    await core.clock.advance(250)
    return (await job()).state
  }
  await expect.poll(stateSoon).toBe('leased')
  stop.abort()
  // A round that rests ends its rest.
  await core.clock.advance(1_000)
  await stopped
})

test('an outdated token never counts, whatever the states are', () => {
  const attempt = fc.constantFrom('leased', 'running', 'verifying', 'succeeded', 'failed', 'lost' as const)
  const state = fc.constantFrom('queued', 'planned', 'leased', 'running', 'verifying', 'completed', 'failed', 'expired', 'cancelled' as const)
  fc.assert(
    fc.property(
      attempt,
      state,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (attempt, job, token, jobToken, shown) => {
        const standing = leaseStanding({ attempt, job, token, jobToken }, shown)
        if (shown !== token || token !== jobToken) expect(standing).toBe('lost')
        if (standing === 'late') expect([attempt, ['queued', 'planned'].includes(job)]).toEqual(['lost', true])
      },
    ),
  )
})

/** Random life of a small fleet: whatever happens, tokens rise, no node and no job has two open leases, and money is given back once. */
test('leases stay exclusive and money stays whole in any order of events', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('submit', 'cancel'), job: fc.nat(3), node: fc.constant(0) }),
    fc.record({ do: fc.constantFrom('ready', 'pause', 'start', 'fail', 'give-up'), job: fc.constant(0), node: fc.nat(2) }),
    fc.record({ do: fc.constantFrom('round', 'minute', 'hour'), job: fc.constant(0), node: fc.constant(0) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using fleet = await startTestCore()
      const nodes = [await fleet.enrol(), await fleet.enrol(), await fleet.enrol()]
      const open = () => fleet.db.selectFrom('attempt').selectAll().where('state', 'in', ['leased', 'running', 'verifying']).execute()
      for (const { do: what, job, node } of steps) {
        const { nodeId } = nodes[node] ?? { nodeId: '' }
        const held = (await open()).find((attempt) => attempt.node_id === nodeId)
        const claim = { nodeId, leaseId: held?.lease_id ?? '', token: held?.token ?? 0 }
        if (what === 'submit') await fleet.submit(`job-${job}`, { deadline: '2026-03-01T15:00:00.000Z' }).catch(() => undefined)
        if (what === 'cancel') await fleet.jobs.cancel(REQUESTER, `job-${job}`).catch(() => undefined)
        if (what === 'ready' || what === 'pause')
          await fleet.parts.agents.heartbeat(nodeId, {
            ready: what === 'ready',
            reasons: ['user'],
            running: held ? [{ leaseId: claim.leaseId, token: claim.token, state: 'running' }] : [],
          })
        if (what === 'start' && held) await fleet.jobs.start(claim)
        if ((what === 'fail' || what === 'give-up') && held)
          await fleet.jobs.fail({ ...claim, reason: 'test', message: 'test', exitCode: 1, retry: what === 'give-up' })
        if (what === 'minute' || what === 'hour') await fleet.clock.advance(what === 'minute' ? 60_000 : 3_600_000)
        if (what === 'round') await fleet.jobs.round()
        const now = await open()
        expect(new Set(now.map(({ node_id }) => node_id)).size).toBe(now.length)
        expect(new Set(now.map(({ job_id }) => job_id)).size).toBe(now.length)
      }
      const ended = (await fleet.db.selectFrom('job').select('id').where('state', 'in', ['failed', 'expired', 'cancelled']).execute()).map(({ id }) => id)
      expect((await fleet.decided('test.release')).map(({ jobId }) => String(jobId)).toSorted()).toEqual(ended.toSorted())
      const leases = await fleet.decided('lease')
      for (const [jobId, tokens] of Map.groupBy(leases, ({ jobId }) => jobId))
        for (const [index, { token }] of tokens.entries()) expect(Number(token), String(jobId)).toBeGreaterThan(Number(tokens[index - 1]?.['token'] ?? 0))
    }),
    { numRuns: 30 },
  )
})
