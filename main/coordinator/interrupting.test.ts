/** Jobs planned together by the real planner, and jobs in several runs, from submission on; only the grid and the nodes are made up. */
import { afterEach, expect, test } from 'vitest'
import type { JobSpec, Lease } from '../../shared/contract/job.ts'
import { HALF_HOUR_MS, fromIso, toIso } from '../../shared/units.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { type TestCore, type TestNode, REQUESTER, startTestCore } from './core.fake.ts'
import { testCapabilities } from './test-work.fake.ts'
import type { PlanJobs } from './jobs/ports.ts'
import { planChoices } from './plan-policy.ts'
import type { ZoneOutlook } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'

const MINUTE_MS = 60_000
const START = Date.parse('2026-03-01T12:00:00.000Z')

/** Forecast grams in half hours from {@link START} on; beyond them it is as dirty as can be. */
type Grams = readonly number[]

const outlookOf = (grams: Grams): ZoneOutlook => ({
  zone: 'GB-13',
  source: 'Test',
  origin: 'live',
  recordedOn: null,
  basis: 'direct',
  intensity: Array.from({ length: 96 }, (_, slot) => ({
    from: START + slot * HALF_HOUR_MS,
    to: START + (slot + 1) * HALF_HOUR_MS,
    value: grams[slot] ?? 900,
    low: null,
    high: null,
  })),
  price: null,
})

interface Grid {
  grams: Grams
  asked: number
}

const planWith =
  (grid: Grid): PlanJobs =>
  async ({ now, jobs, nodes }) => {
    grid.asked += 1
    const input = { now, jobs, nodes: nodes.map((node) => ({ ...node, availability: null, priceMinorPerKWh: null })), zones: [outlookOf(grid.grams)] }
    const outcome = planJobs(input)
    return { outcome, choiceOf: planChoices(input, outcome) }
  }

let core: TestCore | undefined
afterEach(() => core?.[Symbol.asyncDispose]())

async function setUp(grams: Grams) {
  const grid: Grid = { grams, asked: 0 }
  core = await startTestCore({ changes: () => ({ plan: planWith(grid) }) })
  return { core, grid, node: await core.enrol() }
}
const view = (core: TestCore, jobId = 'job-1') => core.jobs.view(REQUESTER, jobId)
const minute = (at: string | undefined) => (fromIso(at ?? '') - START) / MINUTE_MS
const runsOf = async (core: TestCore, jobId = 'job-1') => (await view(core, jobId)).plan?.runs.map(({ from, to }) => [minute(from), minute(to)])

/** An hour of work by noon tomorrow. */
const green = {
  carbon: { rule: 'window' as const, capG: null },
  expected: { seconds: 3_600, watts: 250 },
  limits: { wallSeconds: 86_400, memoryBytes: 64e6, outputBytes: 1024, cpus: 1 },
}
const cut: Partial<JobSpec> = { ...green, checkpoints: true, interruptible: { minRunSeconds: 0, restartSeconds: 0 } }

const claimOf = (node: TestNode, { leaseId, token }: Pick<Lease, 'leaseId' | 'token'>) => ({ nodeId: node.nodeId, leaseId, token })
const beating = ({ leaseId, token }: Lease) => [{ leaseId, token, state: 'running' as const }]

/** Lives through some minutes: nodes report what they hold, and rounds happen. */
async function minutes(core: TestCore, count: number, beat: () => Promise<unknown>): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) {
    await beat()
    await core.jobs.round()
    await core.clock.advance(MINUTE_MS)
  }
  await beat()
  await core.jobs.round()
}

async function begin(core: TestCore, node: TestNode): Promise<Lease> {
  const lease = await core.jobs.request(node.nodeId, ['docker'])
  if (!lease) throw new Error('nothing was leased')
  await core.jobs.start(claimOf(node, lease))
  return lease
}

/** What an agent does that is asked for a job: it hands over what the job saved, and gives the job back. */
async function giveBack(core: Pick<TestCore, 'checkpoints' | 'jobs'>, node: TestNode, lease: Lease, reason = 'plan') {
  const content = Buffer.from(`saved under ${lease.token}`)
  async function* bytes() {
    yield content
  }
  await core.checkpoints.save({ ...claimOf(node, lease), sha256: sha256Hex(content), content: bytes() })
  await core.jobs.fail({ ...claimOf(node, lease), reason, message: 'The run that was planned is over.', exitCode: null, retry: true })
}

test('of two jobs for one node the second is planned after the first, and says so from the first round on', async () => {
  const { core, node } = await setUp([300, 300, 50, 50, 200, 200])
  await node.ready()
  await core.submit('job-1', green)
  await core.submit('job-2', green)
  await core.jobs.round()
  const starts = [await runsOf(core, 'job-1'), await runsOf(core, 'job-2')].flat().map((run) => run?.[0])
  expect(new Set(starts)).toEqual(new Set([60, 120]))
  for (const jobId of ['job-1', 'job-2']) expect(await view(core, jobId)).toMatchObject({ state: 'planned', reason: 'waiting.window' })
})

test('a job beside others is told in advance when it would run beside them, and nothing of that is kept', async () => {
  const { core, node } = await setUp([300, 300, 50, 50, 200, 200])
  await node.ready()
  await core.submit('job-1', green)
  await core.jobs.round()
  const { spec } = await view(core)
  const { plan } = await core.jobs.plan(spec)
  expect(minute(plan?.window.from)).toBe(120)
  expect((await core.jobs.list({ requesterId: REQUESTER, state: null, after: null, limit: 9 })).items).toHaveLength(1)
})

const TWO_PIECES = [50, 900, 900, 900, 50, 50, 900, 900, 900, 900, 900, 900]

async function firstPiece() {
  const world = await setUp(TWO_PIECES)
  const { core, node } = world
  await node.ready()
  await core.submit('job-1', cut)
  const lease = await begin(core, node)
  expect(await runsOf(core)).toEqual([
    [10, 30],
    [120, 160],
  ])
  await minutes(core, 19, () => node.ready(beating(lease)))
  expect((await node.ready(beating(lease))).yields).toEqual([])
  await minutes(core, 1, () => node.ready(beating(lease)))
  expect((await node.ready(beating(lease))).yields).toEqual([{ leaseId: lease.leaseId, reason: 'plan' }])
  return { ...world, lease }
}

test('a job in two runs is asked back when the first is over, waits for the second, and goes on from its checkpoint', async () => {
  const { core, node, lease } = await firstPiece()
  await giveBack(core, node, lease)
  expect(await view(core)).toMatchObject({
    state: 'planned',
    reason: 'waiting.window',
    message: 'It has run, and goes on from its checkpoint in its next window in GB-13, which opens at 2026-03-01T14:00:00.000Z.',
    attempts: [{ state: 'failed', reason: 'plan' }],
  })
  await minutes(core, 89, node.ready)
  const { state, reason } = await view(core)
  expect([state, reason, await runsOf(core)]).toEqual(['planned', 'waiting.window', [[120, 160]]])
  await minutes(core, 1, node.ready)
  const next = await begin(core, node)
  expect(next).toMatchObject({ token: 2, plan: { nodeId: node.nodeId }, checkpoint: { token: 1 } })
  expect((await view(core)).attempts).toMatchObject([{ reason: 'plan' }, { state: 'running' }])
})

test('where its machine is not free for the second run, it goes on on another', async () => {
  const { core, node, lease } = await firstPiece()
  await giveBack(core, node, lease)
  const other = await core.enrol()
  const away = { ready: false, reasons: ['owner-present' as const], running: [] }
  const beat = () => Promise.all([core.parts.agents.heartbeat(node.nodeId, away), other.ready()])
  await minutes(core, 90, beat)
  expect(await begin(core, other)).toMatchObject({ token: 2, plan: { nodeId: other.nodeId }, checkpoint: { token: 1 } })
})

test('runs that end as planned use up none of a job’s attempts', async () => {
  const { core, node } = await setUp(Array.from({ length: 24 }, (_, slot) => (slot % 2 === 1 ? 50 : 900)))
  await node.ready()
  await core.submit('job-1', { ...cut, expected: { seconds: 9_000, watts: 250 }, price: { microUsdPerHour: '600000', maxMicroUsd: '2000000' } })
  for (let run = 1; run < 5; run += 1) {
    await minutes(core, run === 1 ? 20 : 30, node.ready)
    const lease = await begin(core, node)
    await minutes(core, 30, () => node.ready(beating(lease)))
    expect((await node.ready(beating(lease))).yields).toMatchObject([{ reason: 'plan' }])
    await giveBack(core, node, lease)
    expect(await view(core)).toMatchObject({ state: 'planned', reason: 'waiting.window' })
  }
  expect((await view(core)).attempts.map(({ reason }) => reason)).toEqual(['plan', 'plan', 'plan', 'plan'])
})

test('a job whose deadline does not let it wait goes on through the dirtiest hour', async () => {
  const { core, node } = await setUp(TWO_PIECES)
  await node.ready()
  await core.submit('job-1', { ...cut, deadline: toIso(core.clock.now() + 75 * MINUTE_MS) })
  const lease = await begin(core, node)
  await minutes(core, 55, async () => expect((await node.ready(beating(lease))).yields).toEqual([]))
  expect((await view(core)).state).toBe('running')
})

test('a fresh forecast ends a run before its time', async () => {
  const { core, grid, node } = await setUp([50, 50, 50, 50, 900, 900, 900])
  await node.ready()
  await core.submit('job-1', cut)
  const lease = await begin(core, node)
  expect(await runsOf(core)).toEqual([[10, 70]])
  await minutes(core, 10, () => node.ready(beating(lease)))
  grid.grams = [900, 900, 900, 50, 50, 50, 900]
  await minutes(core, 5, () => node.ready(beating(lease)))
  expect((await node.ready(beating(lease))).yields).toEqual([{ leaseId: lease.leaseId, reason: 'plan' }])
  expect(minute((await view(core)).plan?.window.from)).toBe(90)
  expect((await core.decided('plan')).at(-1)).toMatchObject({ subject: { kind: 'job', id: 'job-1' } })
})

test('in the first moments of a run, nothing is asked back', async () => {
  const { core, grid, node } = await setUp([50, 50, 50, 50, 900, 900, 900])
  await node.ready()
  await core.submit('job-1', { ...cut, interruptible: { minRunSeconds: 1_200, restartSeconds: 0 } })
  const lease = await begin(core, node)
  grid.grams = [900, 900, 900, 50, 50, 50, 900]
  await minutes(core, 19, async () => expect((await node.ready(beating(lease))).yields).toEqual([]))
  await minutes(core, 7, () => node.ready(beating(lease)))
  expect((await node.ready(beating(lease))).yields).toEqual([{ leaseId: lease.leaseId, reason: 'plan' }])
})

test('a coordinator that restarts while a run ends asks for the job again, and forgets nothing of what is left', async () => {
  const { core, node, lease } = await firstPiece()
  const again = core.restart()
  await again.parts.agents.heartbeat(node.nodeId, { ready: true, reasons: [], running: beating(lease) })
  await again.jobs.round()
  const beat = () => again.parts.agents.heartbeat(node.nodeId, { ready: true, reasons: [], running: beating(lease) })
  expect((await beat()).yields).toEqual([{ leaseId: lease.leaseId, reason: 'plan' }])
  await giveBack(again, node, lease)
  await again.jobs.round()
  expect(await again.jobs.view(REQUESTER, 'job-1')).toMatchObject({
    state: 'planned',
    reason: 'waiting.window',
    plan: { runs: [{ from: '2026-03-01T14:00:00.000Z' }] },
  })
})

test('a coordinator that restarts during a pause keeps to the plan before anybody has said a word', async () => {
  const { core, node, lease } = await firstPiece()
  await giveBack(core, node, lease)
  await core.jobs.round()
  const before = await view(core)
  const again = core.restart()
  await again.jobs.round()
  expect(await again.jobs.view(REQUESTER, 'job-1')).toMatchObject({
    state: 'planned',
    reason: 'waiting.window',
    plan: { nodeId: node.nodeId, runs: before.plan?.runs },
  })
})

test('nothing is planned or written while nothing changes, and a round that changes something is recorded once', async () => {
  const { core, grid, node } = await setUp([300, 300, 50, 50, 200, 200])
  await node.ready()
  for (const jobId of ['job-1', 'job-2']) await core.submit(jobId, green)
  await core.jobs.round()
  const written = async () => (await core.db.selectFrom('decision').select('seq').execute()).length
  const [asked, before] = [grid.asked, await written()]
  for (let second = 0; second < 20; second += 1) {
    await core.clock.advance(1_000)
    await core.jobs.round()
  }
  expect([grid.asked, await written()]).toEqual([asked, before])
  expect(await core.decided('plan.round')).toEqual([{ because: 'start', jobs: 2, nodes: 1, choices: 2 }])
  await minutes(core, 6, node.ready)
  expect([grid.asked, await written()]).toEqual([asked + 1, before])
  grid.grams = [900, 900, 900, 50, 50, 50, 50, 900]
  await minutes(core, 6, node.ready)
  expect((await core.decided('plan.round')).slice(1)).toEqual([{ because: 'forecast', jobs: 2, nodes: 1, choices: 2 }])
})

test('a node with two GPUs is given two jobs that need one, and a third waits for its turn', async () => {
  const { core, node } = await setUp([])
  const [gpu] = testCapabilities.gpus
  const body = JSON.stringify({ ...testCapabilities, gpus: [gpu, { ...gpu, uuidHash: 'b'.repeat(64) }] })
  await core.db.updateTable('node_capabilities').set({ body }).execute()
  await node.ready()
  for (const jobId of ['job-1', 'job-2', 'job-3']) await core.submit(jobId)
  await core.jobs.round()
  const states = await Promise.all(['job-1', 'job-2', 'job-3'].map(async (jobId) => (await view(core, jobId)).state))
  expect(states.toSorted()).toEqual(['leased', 'leased', 'planned'])
  expect(await core.jobs.offered(node.nodeId)).toHaveLength(2)
})

test('the owner of a machine waits for the first run, not for what may follow elsewhere', async () => {
  const { core, node } = await setUp(TWO_PIECES)
  await node.ready()
  await core.submit('job-1', cut)
  const { window, plan } = await begin(core, node)
  expect([minute(window.from), minute(window.to)]).toEqual([10, 30])
  expect(plan.runs).toHaveLength(2)
})

/** An owner lends nothing that could do it, or an image cannot be had there: the node says so before the job has begun. */
async function refuse({ jobs }: Pick<TestCore, 'jobs'>, node: TestNode): Promise<string | null> {
  const lease = await jobs.request(node.nodeId, ['docker'])
  if (!lease) return null
  await jobs.fail({ ...claimOf(node, lease), reason: 'device-off', message: 'The owner has switched off every device.', exitCode: null, retry: true })
  return lease.leaseId
}

test('a node that gives a job back unbegun is not asked again at once; another one is, and later the same', async () => {
  const { core, node } = await setUp([])
  await node.ready()
  await core.submit('job-1')
  expect(await refuse(core, node)).not.toBeNull()
  await core.jobs.round()
  expect(await view(core)).toMatchObject({ state: 'queued', reason: 'waiting.given-back', excluded: { 'given-back': 1 } })
  expect(await refuse(core, node)).toBeNull()
  await minutes(core, 2, node.ready)
  expect((await view(core)).state).toBe('leased')
  expect(await refuse(core, node)).not.toBeNull()
  const other = await core.enrol()
  await other.ready()
  await core.jobs.round()
  expect(await core.jobs.offered(other.nodeId)).toHaveLength(1)
  expect(await core.jobs.offered(node.nodeId)).toEqual([])
})
