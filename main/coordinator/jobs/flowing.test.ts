/** Short jobs one after another: what is planned goes out as places become free, however long planning takes. */
import type { KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import { toIso } from '../../../shared/units.ts'
import { REQUESTER, type TestCore, startTestCore } from '../core.fake.ts'
import { planFirstFree } from '../first-free.fake.ts'
import type { PlanJobs } from './ports.ts'

const MINUTE = 60_000
const asIfFree = (world: Parameters<PlanJobs>[0]) => ({ ...world, nodes: world.nodes.map((node) => ({ ...node, taken: [] })) })

/** Every job on the first node that is there, each a minute after the one before. */
const oneByOne: PlanJobs = async (world) => {
  const planned = await planFirstFree(() => 0)(asIfFree(world))
  const outcome = planned.outcome.map((one, index) => {
    const run = { from: toIso(world.now + index * MINUTE), to: toIso(world.now + (index + 1) * MINUTE) }
    const plan = one.answer.plan && { ...one.answer.plan, runs: [run], window: run }
    return { ...one, answer: { ...one.answer, plan } }
  })
  return { ...planned, outcome }
}

/** A core whose rounds of planning are counted. */
async function startCounting(plan: PlanJobs = oneByOne) {
  const planned = { rounds: 0 }
  const core: TestCore = await startTestCore({
    changes: () => ({
      plan: (world) => {
        planned.rounds += 1
        return plan(world)
      },
    }),
  })
  return { core, planned }
}

const end = (core: TestCore, nodeId: string, { leaseId, token }: { leaseId: string; token: number }) =>
  core.jobs.fail({ nodeId, leaseId, token, reason: 'job.failed', message: 'exit 3', exitCode: 3, retry: false })

test('a node that is done with one job is given the next that is planned for it, and nothing is planned again for that', async () => {
  const { core, planned } = await startCounting()
  await using _ = core
  const node = await core.enrol()
  await node.ready()
  for (let index = 0; index < 5; index++) await core.submit(`job-${index}`)
  await core.jobs.round()
  const given: string[] = []
  for (let index = 0; index < 5; index++) {
    const lease = await core.jobs.request(node.nodeId, ['docker'])
    given.push(lease?.jobId ?? 'none')
    if (lease) await end(core, node.nodeId, lease)
  }
  expect(given).toEqual(['job-0', 'job-1', 'job-2', 'job-3', 'job-4'])
  expect(planned.rounds).toBe(1)
})

test('a node that was not there when all was planned takes what waits for a place elsewhere, and nothing is planned again for that', async () => {
  const { core, planned } = await startCounting()
  await using _ = core
  const first = await core.enrol()
  const second = await core.enrol()
  await first.ready()
  for (let index = 0; index < 3; index++) await core.submit(`job-${index}`)
  await core.jobs.round()
  await second.ready()
  expect(await core.jobs.request(second.nodeId, ['docker'])).toMatchObject({ jobId: 'job-1' })
  expect(planned.rounds).toBe(1)
  expect(await core.decided('match')).toHaveLength(1)
})

test('a node that asks while planning takes long is answered as soon as it is given a job', async () => {
  const thinking = Promise.withResolvers<void>()
  let isSlow = false
  const { core } = await startCounting(async (world) => {
    if (isSlow) await thinking.promise
    return oneByOne(world)
  })
  await using _ = core
  const node = await core.enrol()
  await node.ready()
  for (let index = 0; index < 3; index++) await core.submit(`job-${index}`)
  const lease = await core.jobs.request(node.nodeId, ['docker'])
  isSlow = true
  await core.submit('late')
  const round = core.jobs.round()
  const asked = core.jobs.request(node.nodeId, ['docker'])
  // It has nothing to do until it is done with what it has; then what is planned goes out, and both questions are answered.
  if (lease) await end(core, node.nodeId, lease)
  expect(await core.jobs.request(node.nodeId, ['docker'])).toMatchObject({ jobId: 'job-1' })
  expect((await asked)?.jobId).toMatch(/^job-[01]$/)
  thinking.resolve()
  await round
})

test('however many jobs find their place taken, it costs one question whether they say so', async () => {
  const asked = { queries: 0 }
  const counter: KyselyPlugin = {
    transformQuery({ node }) {
      asked.queries += 1
      return node
    },
    transformResult: async ({ result }) => result,
  }
  const queriesFor = async (jobs: number): Promise<number> => {
    const opensAt = Date.parse('2026-03-01T12:11:00.000Z')
    await using core: TestCore = await startTestCore({
      changes: (_, { db, clock }) => ({
        plan: (world) => planFirstFree(() => opensAt - clock.now())(asIfFree(world)),
        shards: { fenced: () => db.withPlugin(counter), epochOf: () => 0 },
      }),
    })
    const node = await core.enrol()
    await node.ready()
    for (let index = 0; index < jobs; index++) await core.submit(`job-${index}`)
    await core.jobs.round()
    await core.clock.advance(45_000)
    await node.ready()
    await core.jobs.round()
    const reasons = (await core.jobs.list({ requesterId: REQUESTER, state: null, after: null, limit: 100 })).items.map(({ reason }) => reason)
    expect(reasons.filter((reason) => reason === 'waiting.node')).toHaveLength(jobs - 1)
    await core.jobs.replan({ zone: null, nodeId: null })
    asked.queries = 0
    await core.jobs.round()
    return asked.queries
  }
  expect(await queriesFor(30)).toBe(await queriesFor(3))
})
