import * as fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { createIds } from '../../kernel/ids.ts'
import { type TestCore, type TestNode, REQUESTER, startTestCore } from '../core.fake.ts'
import { testCapabilities } from '../test-work.fake.ts'
import { renewLeases } from './attempts.ts'
import { createRenewals } from './leases.ts'
import { type LeasingDeps, leaseJob, leaseJobs } from './leasing.ts'
import type { Taker } from './taking.ts'
import { causeOf } from './retrying.ts'
import { createTokens } from './tokens.ts'

let core: TestCore
let node: TestNode
let told: string[]

beforeEach(async () => {
  told = []
  // Planned for later, so that only the test gives it out.
  core = await startTestCore({ delayMs: () => 3_600_000 })
  node = await core.enrol()
  await node.ready()
})
afterEach(() => core[Symbol.asyncDispose]())

const nothing = async () => undefined

function leasing(changes: Partial<LeasingDeps> = {}): LeasingDeps {
  const renewals = createRenewals(core.clock, 90_000)
  return {
    ...core,
    ids: createIds(core.clock),
    money: { reserve: nothing, reserveAll: nothing, release: nothing, releaseAll: nothing },
    endRuns: async () => 'free' as const,
    chance: () => 0.5,
    leaseTtlMs: 90_000,
    renewals,
    nextToken: createTokens(() => 3),
    push: {
      lease: (_, { jobId }) => told.push(`lease ${jobId}`) > 0,
      cancel: (_, { reason }) => told.push(reason) > 0,
    },
    ...changes,
  }
}

async function plan(spec: Partial<JobSpec> = {}): Promise<void> {
  await core.submit('job-1', spec)
  await core.jobs.round()
}
const give = (deps: LeasingDeps) => leaseJob(deps, { jobId: 'job-1', node: { nodeId: node.nodeId, capabilities: testCapabilities }, choice: null })
const attempts = () => core.db.selectFrom('attempt').selectAll().execute()

/** The transaction is lost when everything in it has been said. */
const losing: Partial<LeasingDeps> = {
  decide: async (tx, kind, body) => {
    await core.decide(tx, kind, body)
    if (kind === 'lease') await sql`ROLLBACK`.execute(tx)
  },
}

test('a soft lease that could not be written is taken back from its machine, and its job waits as before', async () => {
  await plan()
  await expect(give(leasing(losing))).rejects.toMatchObject({ code: 'storage.failed' })
  expect(told).toEqual(['lease job-1', 'lost'])
  expect(await attempts()).toEqual([])
  expect(await core.jobs.view(REQUESTER, 'job-1')).toMatchObject({ state: 'planned' })
  told = []
  expect(await give(leasing())).toMatchObject({ jobId: 'job-1' })
})

test('of a durable lease that could not be written its machine never hears', async () => {
  await plan({ lease: 'durable' })
  await expect(give(leasing(losing))).rejects.toMatchObject({ code: 'storage.failed' })
  expect(told).toEqual([])
  expect(await give(leasing())).toMatchObject({ jobId: 'job-1', spec: { lease: 'durable' } })
  expect(told).toEqual(['lease job-1'])
})

test('a machine that reports a soft lease before it is written has not lost it: it is answered when it is', async () => {
  await plan()
  const deps = leasing()
  const renewals = createRenewals(core.clock, 90_000)
  const { promise: written, resolve } = Promise.withResolvers<void>()
  const heard: string[] = []
  const running = [{ leaseId: 'on its way', token: 1, state: 'running' as const }]
  renewals.handOver('on its way', written)
  const answered = renewLeases(deps, renewals, { nodeId: node.nodeId, running }).then(({ lost }) => heard.push(...lost))
  await new Promise((done) => setImmediate(done))
  expect(heard).toEqual([])
  resolve()
  await answered
  // This one never is.
  expect(heard).toEqual(['on its way'])
})

test('what was to begin later begins now where it is given out now', async () => {
  await plan()
  const now = core.clock.now()
  const given = await give(leasing())
  expect(given).toMatchObject({ window: { from: new Date(now).toISOString(), to: new Date(now + 60_000).toISOString() } })
})

const choice = { policy: { name: 'test', version: '1' }, inputs: {}, answer: { outcome: null, alternatives: [] } }

/** Six jobs that wait, of which two are important, and two nodes with two GPUs; what is left of them when `lease` is done. */
async function afterwards(takers: readonly (readonly [job: number, node: number])[], lease: (all: readonly Taker[]) => Promise<readonly unknown[]>) {
  await using own = await startTestCore({ delayMs: () => 3_600_000 })
  core = own
  const nodes = [await own.enrol(), await own.enrol()]
  for (const { ready } of nodes) await ready()
  for (let job = 0; job < 6; job++) await own.submit(`job-${job}`, { needs: { gpus: job === 3 ? 0 : 1, vramBytes: 0, ramBytes: 0 }, priority: job > 3 ? 9 : 1 })
  await own.jobs.round()
  const capabilities = { ...testCapabilities, gpus: testCapabilities.gpus.flatMap((gpu) => [gpu, gpu]) }
  const all = takers.map(([job, at]) => ({ jobId: `job-${job}`, node: { nodeId: nodes[at]?.nodeId ?? '', capabilities }, choice }))
  const given = await lease(all)
  const jobs = await own.db.selectFrom('job').select(['id', 'state', 'token', 'fair_start', 'reason']).orderBy('id').execute()
  const held = await own.db.selectFrom('attempt').select(['job_id', 'node_id', 'token', 'state', 'saved_at', 'asked_back']).orderBy('token').execute()
  const log = await own.db.selectFrom('decision').select(['seq', 'kind']).orderBy('seq').execute()
  const nodeOf = new Map(nodes.map(({ nodeId }, index) => [nodeId, index]))
  return { given, jobs, held: held.map(({ node_id, ...rest }) => ({ ...rest, node: nodeOf.get(node_id) })), log }
}

const outcome = (given: Awaited<ReturnType<typeof leaseJob>>) => (typeof given === 'string' ? given : `${given.jobId} ${given.token}`)

test('jobs that are leased together go to whom they would have gone one after another, and leave the same behind', async () => {
  const takers = fc.array(fc.tuple(fc.nat(6), fc.nat(1)), { minLength: 2, maxLength: 9 })
  await fc.assert(
    fc.asyncProperty(takers, async (all) => {
      const together = await afterwards(all, async (some) => (await leaseJobs(leasing(), some)).map(outcome))
      const alone = await afterwards(all, async (some) => {
        const [deps, given]: [LeasingDeps, string[]] = [leasing(), []]
        for (const taker of some) given.push(outcome(await leaseJob(deps, taker)))
        return given
      })
      expect(together).toEqual(alone)
      expect(together.held.length > 0).toBe(all.some(([job]) => job < 6))
    }),
    { numRuns: 4 },
  )
})

test('every token is higher than all before it, over any number of restarts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }), (given) => {
      let last = 0
      for (const [index, count] of given.entries()) {
        const next = createTokens(() => index + 1)
        for (let each = 0; each < count; each++) {
          const token = next()
          expect(token).toBeGreaterThan(last)
          expect(Number.isSafeInteger(token)).toBe(true)
          last = token
        }
      }
    }),
  )
  expect(Number.isSafeInteger(createTokens(() => 2 ** 21 - 1)())).toBe(true)
})

test('who does not give leases out has no tokens', () => {
  expect(createTokens(() => null)).toThrow(expect.objectContaining({ code: 'storage.fenced' }))
})

test('a job that its machine cannot begin goes to another one after ten minutes, at nobody’s cost; one that is being prepared is left alone', async () => {
  await plan()
  const lease = (await give(leasing())) as { leaseId: string; token: number }
  const [renewals, deps] = [createRenewals(core.clock, 90_000), leasing()]
  const say = (state: 'waiting' | 'preparing') => renewLeases(deps, renewals, { nodeId: node.nodeId, running: [{ ...lease, state }] })
  const saysFor = async (minutes: number, state: 'waiting' | 'preparing') => {
    for (let left = minutes; left > 0; left -= 1) {
      expect((await say(state)).lost).toEqual([])
      await core.clock.advance(60_000)
    }
  }
  await saysFor(9, 'waiting')
  await saysFor(30, 'preparing')
  await saysFor(10, 'waiting')
  expect((await say('waiting')).lost).toEqual([lease.leaseId])
  expect(await attempts()).toMatchObject([{ state: 'failed', reason: 'lease.unbegun' }])
  const [job] = await core.db.selectFrom('job').selectAll().execute()
  expect(job).toMatchObject({ state: 'queued', reason: 'waiting.retry' })
  expect(causeOf({ state: 'failed', reason: 'lease.unbegun' })).toBe('nobody')
})
