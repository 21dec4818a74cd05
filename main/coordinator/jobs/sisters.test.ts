/** Who takes a job when the node it is planned on cannot: the planner of these tests plans every job on a node that the test names. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toIso } from '../../../shared/units.ts'
import { type TestCore, type TestNode, REQUESTER, startTestCore } from '../core.fake.ts'
import { SECONDS } from '../test-work.fake.ts'
import { planFirstFree } from '../first-free.fake.ts'
import { POLICIES } from '../policies.ts'
import type { PlanJobs } from './ports.ts'

let core: TestCore
let nodes: TestNode[]
/** By job: its node, and after how many minutes it is to begin. */
let planned: Map<string, { readonly node: number; readonly minutes: number }>

/** Planning takes until this is settled. */
let thinking: Promise<void>

const planAsNamed: PlanJobs = async (world) => {
  await thinking
  const found = await planFirstFree(() => 0)({ ...world, nodes: world.nodes.map((node) => ({ ...node, taken: [] })) })
  const outcome = found.outcome.map((one) => {
    const { node, minutes } = planned.get(one.jobId) ?? { node: 0, minutes: 0 }
    const { plan } = one.answer
    const from = world.now + minutes * 60_000
    const run = { from: toIso(from), to: toIso(from + SECONDS * 1_000) }
    return { ...one, answer: { ...one.answer, plan: plan && { ...plan, nodeId: nodes[node]?.nodeId ?? '', runs: [run], window: run } } }
  })
  return { ...found, outcome }
}

beforeEach(async () => {
  planned = new Map()
  thinking = Promise.resolve()
  core = await startTestCore({ changes: () => ({ plan: planAsNamed }) })
  nodes = []
  for (let count = 0; count < 4; count++) nodes.push(await core.enrol())
})
afterEach(() => core[Symbol.asyncDispose]())

const view = (jobId: string) => core.jobs.view(REQUESTER, jobId)
const where = async (jobId: string) => {
  const { state, attempts } = await view(jobId)
  const at = nodes.findIndex(({ nodeId }) => nodeId === attempts.at(-1)?.nodeId)
  return at < 0 ? state : at
}
const ready = async (...which: number[]) => {
  for (const index of which) await nodes[index]?.ready()
}

test('a job whose node is busy goes to another one of its zone, and the log says which ones there were', async () => {
  await ready(0, 1)
  await core.submit('job-1')
  await core.submit('job-2')
  await core.jobs.round()
  expect([await where('job-1'), await where('job-2')]).toEqual([0, 1])
  expect((await view('job-2')).plan?.nodeId).toBe(nodes[1]?.nodeId)
  const [choice] = await core.decided('match')
  expect(choice).toMatchObject({
    subject: { kind: 'job', id: 'job-2' },
    policy: { name: 'match', version: '1' },
    outcome: { nodeId: nodes[1]?.nodeId },
    alternatives: [{ option: '1 with 16 GiB free and 30 GiB of memory', chosen: true }],
  })
  expect(POLICIES.map(({ name }) => name)).toContain('match')
})

test('a job whose node is away waits for it no longer than it has to', async () => {
  await ready(0)
  planned.set('job-1', { node: 3, minutes: 0 })
  await core.submit('job-1')
  await core.jobs.round()
  expect(await where('job-1')).toBe(0)
})

test('where several jobs and several nodes compete, a moment is waited for others, and each gets one', async () => {
  await ready(0)
  for (const jobId of ['job-1', 'job-2', 'job-3']) await core.submit(jobId)
  await core.jobs.round()
  await ready(1, 2)
  await core.jobs.round()
  expect([await where('job-1'), await where('job-2'), await where('job-3')]).toEqual([0, 'planned', 'planned'])
  await core.clock.advance(150)
  await core.jobs.round()
  expect(new Set([await where('job-2'), await where('job-3')])).toEqual(new Set([1, 2]))
})

test('a node is not taken from a job that is to begin there before the other one would be over', async () => {
  await ready(0, 1)
  planned.set('job-3', { node: 1, minutes: 0.75 })
  for (const jobId of ['job-1', 'job-2', 'job-3']) await core.submit(jobId)
  await core.jobs.round()
  expect(await view('job-2')).toMatchObject({ state: 'planned', reason: 'waiting.node' })
  expect(await where('job-3')).toBe('planned')
})

test('a machine that asks is given what others cannot take, without a new plan', async () => {
  await ready(0)
  await core.submit('job-1')
  await core.submit('job-2')
  await core.jobs.round()
  const rounds = (await core.decided('plan.round')).length
  await ready(1)
  const lease = await core.jobs.request(nodes[1]?.nodeId ?? '', ['docker'])
  expect(lease?.jobId).toBe('job-2')
  expect(await core.decided('plan.round')).toHaveLength(rounds)
})

test('however many machines ask at once, each job is given once', async () => {
  await ready(0, 1, 2, 3)
  for (const jobId of ['job-1', 'job-2', 'job-3']) await core.submit(jobId)
  const ask = () => Promise.all(nodes.map(({ nodeId }) => core.jobs.request(nodeId, ['docker'])))
  const first = await ask()
  await core.clock.advance(150)
  const second = await ask()
  const given = nodes.flatMap((_, index) => (first[index] ?? second[index])?.jobId ?? [])
  expect(given.toSorted()).toEqual(['job-1', 'job-2', 'job-3'])
})

test('what is planned is given out although everything is being planned again', async () => {
  const stop = new AbortController()
  const stopped = core.jobs.run(stop.signal)
  planned.set('job-1', { node: 0, minutes: 1 })
  await ready(0)
  await core.submit('job-1')
  await expect
    .poll(async () => {
      // A round that is still beginning sleeps only from then on.
      await core.clock.advance(1_000)
      return (await view('job-1')).state
    })
    .toBe('planned')
  const { promise, resolve } = Promise.withResolvers<void>()
  thinking = promise
  await core.submit('job-2')
  await expect
    .poll(async () => {
      await core.clock.advance(1_000)
      await ready(0)
      return (await view('job-1')).state
    })
    .toBe('leased')
  expect(await view('job-2')).toMatchObject({ state: 'queued', reason: 'waiting.plan' })
  resolve()
  stop.abort()
  await stopped
})
