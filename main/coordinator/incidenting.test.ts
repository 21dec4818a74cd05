import { afterEach, expect, test } from 'vitest'
import type { Signal } from '../../shared/contract/wire.ts'
import { enrolmentText } from '../../shared/domain/enrolment.ts'
import { HALF_HOUR_MS, epochMs, fromIso } from '../../shared/units.ts'
import { createIds } from '../kernel/ids.ts'
import { resourcesDirectory } from '../kernel/paths.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { REQUESTER, type TestCore, startTestCore } from './core.fake.ts'
import { proofFor, testCapabilities, testSpec } from './test-work.fake.ts'
import { createFakeProvider } from './grid/provider.fake.ts'
import type { GridProvider } from './grid/provider.ts'
import { createGridHistory } from './grid/history.ts'
import { type GridOracle, createGridOracle } from './grid/oracle.ts'
import { loadRecording } from '../kernel/grid-recording.ts'
import { createIncidenting, withSimulations } from './incidenting.ts'
import type { Incidents } from './incidents/incidents.ts'
import type { PlanJobs } from './jobs/ports.ts'
import type { Tx } from './persistence/database.ts'
import { planJobs } from './planner/plan.ts'
import { createForesight, createPlanning } from './planning.ts'
import type { ReceiptOrder } from './proofs/ports.ts'
import { createReceipting } from './receipting.ts'
import type { IssueInput, ReceiptIssuer } from './receipts/issue.ts'
import { alone } from './replicas/orders.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const { signal: shutdown } = new AbortController()

interface World {
  readonly core: TestCore
  readonly oracle: GridOracle
  readonly incidents: Incidents
  readonly silence: (message: string | null) => void
  readonly failures: string[]
}

let core: TestCore | undefined
afterEach(() => core?.[Symbol.asyncDispose]())

/** A provider whose grid is as green as `levelAt` says, by zone and time. */
function steered(provider: ReturnType<typeof createFakeProvider>, levelAt: (zone: string, at: number) => number): GridProvider {
  const read: GridProvider['read'] = async (query, abort) => {
    const signal = await provider.read(query, abort)
    return signal && { ...signal, points: signal.points.map((point) => ({ ...point, value: levelAt(query.zone, fromIso(point.from)) })) }
  }
  return { ...provider, read }
}

/** A coordinator's core over its real oracle, planner and incidents, with two zones that one provider knows. */
async function setUp(levelAt: (zone: string, at: number) => number = () => 200): Promise<World> {
  const planning: { plan?: PlanJobs } = {}
  core = await startTestCore({ changes: () => ({ plan: (world) => planning.plan?.(world) ?? expect.fail('nothing is planned yet') }) })
  const { clock, db } = core
  const history = createGridHistory(db)
  const provider = createFakeProvider({ clock, id: 'carbon-intensity', zones: ['GB-13', 'GB-16'], aheadMs: 48 * HOUR_MS })
  const providers = [steered(provider, levelAt)]
  const oracle = createGridOracle({ clock, providers, history, recording: loadRecording(resourcesDirectory), shutdown, onLiveFailed: () => undefined })
  const foresee = withSimulations(createForesight({ oracle, history, clock, shutdown }), { db, clock })
  planning.plan = createPlanning({ foresee, availability: core.registry.availability, run: planJobs })
  const failures: string[] = []
  const events = { incidentMoved: () => undefined, incidentActed: () => undefined, incidentsFailed: (message: string) => void failures.push(message) }
  const incidents = createIncidenting({ db, loopDb: db, neighbours: alone, clock, ids: createIds(clock), core, oracle, history, providers, events, shutdown })
  return { core, oracle, incidents, failures, silence: provider.fail }
}

async function enrolIn({ core }: World, zone: string) {
  const signer = createSigner(generateKeyPem())
  const { challenge } = core.registry.begin(signer.publicJwk)
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, null))).toString('base64')
  const capabilities = { ...testCapabilities, zone }
  const { nodeId } = await core.registry.enrol({ publicJwk: signer.publicJwk, challenge, signature, capabilities, payoutAddress: null })
  return { nodeId, ready: () => core.parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running: [] }) }
}

const open = async ({ incidents }: World) => (await incidents.list({ which: 'open', after: null, limit: 50 })).items
const job = ({ core }: World, jobId = 'job-1') => core.jobs.view(REQUESTER, jobId)

async function minutes({ core, incidents }: World, count: number, beat: () => Promise<unknown> = async () => undefined): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    await beat()
    await incidents.pass()
    await core.clock.advance(MINUTE_MS)
  }
}

/** Cleanest in the third hour from the start of the test; GB-16 is a little, or much, cleaner than GB-13. */
const valley = (start: number, other: number) => (zone: string, at: number) =>
  (zone === 'GB-16' ? other : 1) * (at >= start + 2 * HOUR_MS && at < start + 3 * HOUR_MS ? 100 : 200)
const START = Date.parse('2026-03-01T12:00:00.000Z')
const spike = { zone: 'GB-13', event: { cause: 'intensity-spike', percent: 400 }, seconds: 3 * 3_600 } as const
const waiting = { carbon: { rule: 'window' as const, capG: null } }

test('a simulated spike defers what has not begun to after it, says why, and its plan is called simulated', async () => {
  const world = await setUp(valley(START, 1))
  const node = await enrolIn(world, 'GB-13')
  await node.ready()
  await world.core.submit('job-1', waiting)
  await world.core.jobs.round()
  const before = (await job(world)).plan
  expect(before).toMatchObject({ source: 'Fake carbon-intensity', origin: 'live', gPerKWh: 100 })
  await world.incidents.simulate('owner', spike)
  await minutes(world, 3, node.ready)
  const { plan } = await job(world)
  expect(fromIso(plan?.window.from ?? '')).toBeGreaterThanOrEqual(START + 3 * HOUR_MS)
  expect(fromIso(before?.window.from ?? '')).toBeLessThan(START + 3 * HOUR_MS)
  expect(plan).toMatchObject({ gPerKWh: 200, source: 'SIMULATED intensity-spike on Fake carbon-intensity', origin: 'modelled' })
  const [incident] = await open(world)
  expect(incident).toMatchObject({ cause: 'intensity-spike', simulated: true, state: 'ADAPTING' })
  const { actions } = await world.incidents.show(incident?.incidentId ?? '')
  expect(actions).toMatchObject([{ jobId: 'job-1', action: 'defer', reason: `From ${plan?.window.from} on instead of ${before?.window.from}: 200 gCO2/kWh.` }])
  expect(await world.core.decided('incident.action')).toMatchObject([{ jobId: 'job-1', action: 'defer', simulated: true }])
  expect(world.failures).toEqual([])
})

test.each([
  [0.99, 're-route', 'GB-16'],
  [1.9, 'defer', 'GB-13'],
] as const)('beside a zone that is %d times as dirty, a spike leads to %s', async (other, action, zone) => {
  const world = await setUp((at, time) => (at === 'GB-16' ? other * 100 : valley(START, 1)(at, time)))
  const [here, there] = [await enrolIn(world, 'GB-13'), await enrolIn(world, 'GB-16')]
  const beat = () => Promise.all([here.ready(), there.ready()])
  await here.ready()
  await world.core.submit('job-1', waiting)
  await world.core.jobs.round()
  expect((await job(world)).plan?.zone).toBe('GB-13')
  await world.incidents.simulate('owner', spike)
  await minutes(world, 3, beat)
  const [incident] = await open(world)
  const { actions } = await world.incidents.show(incident?.incidentId ?? '')
  expect(actions.map((done) => done.action)).toEqual([action])
  expect((await job(world)).plan?.zone).toBe(zone)
  await minutes(world, 10, beat)
  await world.core.jobs.round()
  expect((await job(world)).plan?.zone).toBe(zone)
})

test('a job that was given to its machine runs on', async () => {
  const world = await setUp()
  const node = await enrolIn(world, 'GB-13')
  await node.ready()
  await world.core.submit('job-1')
  expect(await world.core.jobs.request(node.nodeId, ['docker'])).not.toBeNull()
  await world.incidents.simulate('owner', spike)
  await minutes(world, 3)
  const [incident] = await open(world)
  const { actions } = await world.incidents.show(incident?.incidentId ?? '')
  expect(actions).toMatchObject([{ jobId: 'job-1', action: 'keep', reason: 'It has been given to its machine, and runs on.' }])
})

test('a job that saves checkpoints is asked back from a spike, goes back to the queue at no cost, and goes on after the spike', async () => {
  const world = await setUp(valley(START, 1))
  const { core, incidents } = world
  const node = await enrolIn(world, 'GB-13')
  await node.ready()
  await core.submit('job-1', { ...waiting, checkpoints: true, expected: { seconds: 1_800, watts: 250 } })
  await minutes(world, 120, node.ready)
  const lease = await core.jobs.request(node.nodeId, ['docker'])
  if (!lease) throw new Error('the job was not leased')
  const claim = { nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token }
  await core.jobs.start(claim)
  const held = { ready: true, reasons: [], running: [{ leaseId: lease.leaseId, token: lease.token, state: 'running' as const }] }
  const beat = () => core.parts.agents.heartbeat(node.nodeId, held)
  await minutes(world, 3, beat)
  expect((await beat()).yields).toEqual([])
  await incidents.simulate('owner', spike)
  await minutes(world, 5, beat)
  // Asked for whenever its node says that it still runs.
  for (let again = 0; again < 2; again++) expect((await beat()).yields).toEqual([{ leaseId: lease.leaseId, reason: 'carbon.simulated' }])
  const [incident] = await open(world)
  const { actions } = await incidents.show(incident?.incidentId ?? '')
  expect(actions).toEqual([expect.objectContaining({ jobId: 'job-1', action: 'pause', reason: expect.stringContaining('go on later from its checkpoint') })])
  const ended = fromIso(incident?.detectedAt ?? '') + spike.seconds * 1_000
  await core.jobs.fail({ ...claim, reason: 'carbon.simulated', message: 'The job goes on later.', exitCode: null, retry: true })
  expect(await job(world)).toMatchObject({ state: 'queued', message: 'The job goes on later.', attempts: [{ state: 'failed', reason: 'carbon.simulated' }] })
  await minutes(world, 5, node.ready)
  await core.jobs.round()
  const again = await job(world)
  expect([again.state, again.plan?.zone]).toEqual(['planned', 'GB-13'])
  expect(fromIso(again.plan?.window.from ?? '')).toBeGreaterThanOrEqual(ended - MINUTE_MS)
  expect(world.failures).toEqual([])
})

test('planning again says of a job that nobody can take any more what is in its way', async () => {
  const world = await setUp(valley(START, 1))
  const node = await enrolIn(world, 'GB-13')
  await node.ready()
  await world.core.submit('job-1', waiting)
  await world.core.jobs.round()
  expect(await world.core.jobs.replan({ zone: 'GB-16', nodeId: null })).toEqual([])
  await world.core.parts.agents.heartbeat(node.nodeId, { ready: false, reasons: ['owner-present'], running: [] })
  expect(await world.core.jobs.replan({ zone: 'GB-13', nodeId: null })).toEqual([
    { jobId: 'job-1', action: 'hold', reason: 'No machine can take this job now: 1 paused by their owners. It goes on when an owner lets work in.' },
  ])
  await node.ready()
  expect(await world.core.jobs.replan({ zone: null, nodeId: null })).toMatchObject([{ jobId: 'job-1', action: 'place' }])
})

/** What a receipt would say about the grid for a job that ran just now. */
async function receiptOf({ core, oracle }: World): Promise<unknown> {
  const now = core.clock.now()
  const lease = { leaseId: 'lease-1', token: 1, jobId: 'job-1', attemptId: 'attempt-1', spec: testSpec(now) }
  const proof = proofFor(lease as Parameters<typeof proofFor>[0], { nodeId: 'n'.repeat(43), now })
  const job = { ...lease, submittedAt: now - 20 * MINUTE_MS }
  const run = { proof, zone: 'GB-13', beforeMs: 0, envelope: { signatures: [] } }
  const node = { nodeId: 'n'.repeat(43), history: { keys: [] }, rotations: [] }
  const issued: IssueInput[] = []
  const issuer = { issue: async (_: Tx, orders: readonly IssueInput[]) => void issued.push(...orders) } as unknown as ReceiptIssuer
  const issue = await createReceipting({ issuer, oracle, clock: core.clock, shutdown, credit: async () => undefined })({
    job,
    parts: [{ node, runs: [run] }],
  } as unknown as ReceiptOrder)
  await issue({} as Tx)
  const [from, to] = [fromIso(proof.startedAt), fromIso(proof.endedAt)]
  return [issued[0]?.intensityAt(epochMs(from), epochMs(to)), issued[0]?.baseline?.intensityAt(epochMs(from - 19 * MINUTE_MS), epochMs(to - 19 * MINUTE_MS))]
}

const gridOf = async ({ core }: World) => ({
  values: await core.db.selectFrom('grid_value').selectAll().orderBy('zone').orderBy('from_at').execute(),
  issues: await core.db.selectFrom('grid_issue').selectAll().orderBy('id').execute(),
})

test('a simulation reaches neither a receipt, nor a stored grid value, nor what machines are told of the grid', async () => {
  const seen: unknown[] = []
  for (const simulated of [true, false]) {
    const world = await setUp(valley(START, 1))
    const node = await enrolIn(world, 'GB-13')
    if (simulated) {
      await world.incidents.simulate('owner', spike)
      await world.incidents.simulate('owner', { ...spike, event: { cause: 'surplus', percent: 50 } })
    }
    await minutes(world, 40, node.ready)
    expect((await open(world)).length).toBe(simulated ? 2 : 0)
    const receipt = await receiptOf(world)
    const signal: Signal = await world.oracle.signal('GB-13', shutdown)
    seen.push({ receipt, signal, stored: await gridOf(world) })
    expect(JSON.stringify(seen.at(-1))).not.toContain('SIMULATED')
    await world.core[Symbol.asyncDispose]()
    core = undefined
  }
  expect(seen[0]).toEqual(seen[1])
  expect(seen[0]).toMatchObject({ receipt: [{ gPerKWh: 200, origin: 'live' }, { gPerKWh: 200 }] })
})

test('a real spike in the forecast is detected against the week before', async () => {
  const world = await setUp((_, at) => (at >= START + 5 * HOUR_MS && at < START + 6 * HOUR_MS ? 700 : 200 + 10 * Math.sin(at / HALF_HOUR_MS)))
  const node = await enrolIn(world, 'GB-13')
  await minutes(world, 4, node.ready)
  const [incident] = await open(world)
  expect(incident).toMatchObject({ cause: 'intensity-spike', zone: 'GB-13', simulated: false, state: 'ADAPTING' })
  expect(incident?.summary).toMatch(/^700 gCO2\/kWh in GB-13 from 2026-03-01T17:00:00.000Z on \(forecast\)/)
})

test('a source that falls silent is an incident once its last answer is stale, and ends when it answers again', async () => {
  const world = await setUp()
  const node = await enrolIn(world, 'GB-13')
  await minutes(world, 2, node.ready)
  world.silence('The network is down.')
  await minutes(world, 115, node.ready)
  expect(await open(world)).toEqual([])
  await minutes(world, 15, node.ready)
  expect(await open(world)).toMatchObject([{ cause: 'stale-source', zone: 'GB-13', state: 'ADAPTING' }])
  world.silence(null)
  await minutes(world, 15, node.ready)
  expect(await open(world)).toEqual([])
})

test('a node that falls silent with a job is lost, and found again when it speaks', async () => {
  const world = await setUp()
  const [node, idle] = [await enrolIn(world, 'GB-13'), await enrolIn(world, 'GB-16')]
  await node.ready()
  await idle.ready()
  await world.core.submit('job-1')
  await world.core.jobs.round()
  const { nodeId } = (await job(world)).plan ?? { nodeId: '' }
  await minutes(world, 4)
  expect(await open(world)).toEqual([])
  await minutes(world, 3)
  expect(await open(world)).toMatchObject([{ cause: 'node-loss', nodeId, state: 'ADAPTING' }])
  await minutes(world, 7, nodeId === node.nodeId ? node.ready : idle.ready)
  expect(await open(world)).toEqual([])
})
