import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { IncidentCause } from '../../../shared/contract/incident.ts'
import type { Choice, Policy } from '../../../shared/contract/decision.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { emptySignal } from '../../../shared/domain/signal.fake.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, openDatabase } from '../persistence/database.ts'
import type { WatchedNode } from './detect.ts'
import { type Incidents, createIncidents } from './incidents.ts'
import { NEXT, PATIENCE } from './machine.ts'
import type { IncidentsDeps } from './ports.ts'
import type { RunningJob } from './pause.ts'
import { detectionPolicy, movePolicy, pausePolicy } from './policies.ts'
import type { ReplanScope, Replanned } from './response.ts'

const MINUTE_MS = 60_000
const NODE = 'n'.repeat(43)
const POLICIES: readonly Policy[] = [detectionPolicy, movePolicy, pausePolicy]

/** What grid and nodes are like; a test changes it. */
interface World {
  level: number
  share: number
  priceMinor: number
  hz: number
  lastAnswerAt: number | null
  answers: boolean
  nodes: WatchedNode[]
  fails: Error | null
  /** How often the grid was asked what is usual, and for its frequency. */
  asked: { usual: number; frequency: number }
}

interface Watching {
  readonly incidents: Incidents
  readonly moves: string[]
  readonly failures: string[]
}

let db: Db
let clock: FakeClock
let world: World
let replanned: ReplanScope[]
let outcome: Replanned[]
let running: RunningJob[]
let askedBack: string[]
let chosen: Choice[]
let replanning: (() => Promise<void>) | null
let watching: Watching

const around = (zone: string, change: Partial<Signal>, value: number): Signal =>
  emptySignal(clock.now(), {
    zone,
    source: 'Test',
    attribution: 'Test',
    points: [{ from: toIso(clock.now() - HALF_HOUR_MS), to: toIso(clock.now() + HALF_HOUR_MS), value, forecast: false }],
    ...change,
  })

const week = (zone: string): Signal => {
  const start = clock.now() - 7 * 86_400_000
  const points = Array.from({ length: 288 }, (_, index) => ({
    from: toIso(start + index * HALF_HOUR_MS),
    to: toIso(start + (index + 1) * HALF_HOUR_MS),
    value: 150 + (index % 5) * 10,
    forecast: false,
  }))
  return around(zone, { points }, 0)
}

async function told<T>(value: T): Promise<T> {
  if (world.fails) throw world.fails
  return value
}

const stretch = (zone: string) => ({ ...(around(zone, {}, 0).points[0] as Signal['points'][number]), share: world.share, evidence: 'Test' })

function watch(): Watching {
  const moves: string[] = []
  const failures: string[] = []
  const deps: IncidentsDeps = {
    db,
    loopDb: db,
    wakeOthers: () => undefined,
    clock,
    ids: createIds(clock),
    decide: async () => undefined,
    choose: async (_, choice) => void chosen.push(choice),
    nodes: async () => world.nodes,
    grid: {
      intensity: (zone) => told(around(zone, {}, world.level)),
      usual: (zone) => {
        world.asked.usual++
        return told(week(zone))
      },
      renewableShare: (zone) => told(around(zone, { kind: 'renewableShare', basis: null, unit: '%' }, world.share)),
      price: (zone) => told(around(zone, { kind: 'price', basis: null, unit: 'minor/kWh' }, world.priceMinor)),
      frequency: (zone) => {
        world.asked.frequency++
        return told(around(zone, { kind: 'frequency', basis: null, unit: 'Hz' }, world.hz))
      },
      surplusIn: (share) => (share && world.share > 70 ? [stretch(share.zone)] : []),
      curtailmentIn: (share, price) => (share && price && world.priceMinor < 0 ? [stretch(share.zone)] : []),
      source: () => told({ answers: world.answers, lastAnswerAt: world.lastAnswerAt, staleAfterMs: 120 * MINUTE_MS }),
    },
    replan: async (scope) => {
      replanned.push(scope)
      await replanning?.()
      return outcome
    },
    running: async () => running,
    askBack: async (leaseId, reason) => void askedBack.push(`${leaseId} ${reason}`),
    onMoved: ({ cause, zone, simulated }, { from, to }) => moves.push(`${simulated ? 'simulated ' : ''}${cause} ${zone}: ${from} ${to}`),
    onActed: () => undefined,
    onFailure: (message) => failures.push(message),
  }
  return { incidents: createIncidents(deps), moves, failures }
}

beforeEach(async () => {
  clock = createFakeClock(Date.parse('2026-03-18T12:00:00.000Z'))
  db = await openTestDatabase()
  world = calm()
  replanned = []
  outcome = []
  running = []
  askedBack = []
  chosen = []
  replanning = null
  watching = watch()
})
afterEach(() => db.destroy())
// Whatever happened in a test: what was chosen is chosen again from what is kept of it.
afterEach(() => {
  for (const { policy: made, inputs, subject, answer } of chosen) {
    const policy = POLICIES.find(({ name, version }) => name === made.name && version === made.version)
    expect(policy?.decide(JSON.parse(JSON.stringify(inputs)) as typeof inputs, subject)).toEqual(answer)
  }
})

const calm = (): World => ({
  level: 170,
  share: 40,
  priceMinor: 8,
  hz: 50,
  lastAnswerAt: clock.now(),
  answers: true,
  nodes: [{ nodeId: NODE, zone: 'GB-13', online: true, gone: false, held: false }],
  fails: null,
  asked: { usual: 0, frequency: 0 },
})

/** A pass a minute. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    await watching.incidents.pass()
    await clock.advance(MINUTE_MS)
  }
}
const list = async (which: 'open' | 'all' = 'all') => (await watching.incidents.list({ which, after: null, limit: 50 })).items

test('while nothing is wrong nothing is written', async () => {
  await minutes(5)
  expect(await list()).toEqual([])
  expect([watching.moves, watching.failures, replanned]).toEqual([[], [], []])
})

test('two coordinators that both look, while neither knows of the other, begin one incident', async () => {
  world.level = 900
  const other = watch()
  await Promise.all([watching.incidents.pass(), other.incidents.pass()])
  await Promise.all([watching.incidents.pass(), other.incidents.pass()])
  expect((await list()).filter(({ cause }) => cause === 'intensity-spike')).toHaveLength(1)
  expect([...watching.failures, ...other.failures]).toEqual([])
})

test('what is costly to ask for is not asked for every minute, and not at all where it would be of no use', async () => {
  await minutes(60)
  expect(world.asked).toEqual({ usual: 1, frequency: 12 })
  world = {
    ...calm(),
    nodes: [{ nodeId: NODE, zone: 'DE', online: true, gone: false, held: false }],
    fails: new WindfallError('grid.unavailable', 'Nobody answers.'),
  }
  await minutes(60)
  expect(world.asked).toEqual({ usual: 0, frequency: 0 })
})

const disturb: Readonly<Record<IncidentCause, () => void>> = {
  'intensity-spike': () => (world.level = 900),
  surplus: () => (world.share = 90),
  curtailment: () => (world.priceMinor = -3),
  frequency: () => (world.hz = 49.6),
  'stale-source': () => Object.assign(world, { answers: false, lastAnswerAt: clock.now() - 200 * MINUTE_MS }),
  'node-loss': () => (world.nodes = [...world.nodes, { nodeId: 'm'.repeat(43), zone: 'DE', online: false, gone: true, held: true }]),
}

test.each([
  ['intensity-spike', 'GB-13', { zone: 'GB-13', nodeId: null }],
  ['surplus', 'GB-13', { zone: null, nodeId: null }],
  ['curtailment', 'GB-13', { zone: null, nodeId: null }],
  ['frequency', 'GB', null],
  ['stale-source', 'GB-13', { zone: 'GB-13', nodeId: null }],
  ['node-loss', 'DE', { zone: null, nodeId: 'm'.repeat(43) }],
] as const)('%s: one incident from detection to its end, with what was done and why', async (cause, zone, scope) => {
  outcome = [{ jobId: 'job-1', action: 'defer', reason: 'Later is cleaner.' }]
  disturb[cause]()
  await minutes(10)
  world = calm()
  await minutes(PATIENCE[cause].clearMs / MINUTE_MS + 1)
  expect(watching.moves).toEqual([
    `${cause} ${zone}: MONITORING ANOMALY_DETECTED`,
    `${cause} ${zone}: ANOMALY_DETECTED EVALUATING`,
    `${cause} ${zone}: EVALUATING ADAPTING`,
    `${cause} ${zone}: ADAPTING RESOLVED`,
  ])
  expect(replanned).toEqual(scope === null ? [] : [scope])
  const [incident, ...others] = await list()
  expect(others).toEqual([])
  expect(incident).toMatchObject({ cause, zone, simulated: false, state: 'RESOLVED', ended: { how: 'gone', by: null, note: null } })
  const { transitions, actions } = await watching.incidents.show(incident?.incidentId ?? '')
  expect(transitions.map(({ to }) => to)).toEqual(['ANOMALY_DETECTED', 'EVALUATING', 'ADAPTING', 'RESOLVED'])
  expect(transitions[0]?.reason).toMatch(/^(170|900|Surplus|Curtailment|49\.600 Hz|No live source|Node m{12})/)
  expect(actions).toMatchObject(scope === null ? [] : outcome)
  expect(transitions[2]?.reason).toMatch(scope === null ? /No job is moved/ : /1 deferred\.$/)
})

test('what comes back too soon is the same incident, what comes back later another one', async () => {
  for (const calmFor of [10, 40]) {
    world.level = 900
    await minutes(5)
    world.level = 170
    await minutes(calmFor)
  }
  expect(await list()).toHaveLength(1)
  world.level = 900
  await minutes(5)
  expect((await list()).map(({ state }) => state)).toEqual(['ADAPTING', 'RESOLVED'])
  expect((await list('open')).map(({ state }) => state)).toEqual(['ADAPTING'])
})

test('a grid that says nothing ends no incident; a zone without a node any more does', async () => {
  world.level = 900
  await minutes(5)
  world.fails = new WindfallError('grid.unavailable', 'Nobody answers.')
  await minutes(60)
  expect(await list('open')).toHaveLength(1)
  expect(watching.failures).toEqual([])
  world = { ...calm(), nodes: [] }
  await minutes(31)
  expect(await list('open')).toEqual([])
})

test('a defect is told, and nothing is concluded from it', async () => {
  world.fails = new TypeError('undefined is not a function')
  await minutes(1)
  expect(new Set(watching.failures)).toEqual(new Set(['undefined is not a function']))
  expect(await list()).toEqual([])
})

const runningJob = (change: Partial<RunningJob> = {}): RunningJob => ({
  jobId: 'job-1',
  leaseId: 'lease-1',
  mayPause: true,
  watts: 250,
  expectedMs: 60 * MINUTE_MS,
  restMs: 60 * MINUTE_MS,
  deadlineAt: clock.now() + 600 * MINUTE_MS,
  now: { moment: 900, rest: 900 },
  later: { from: clock.now() + 120 * MINUTE_MS, rest: 100 },
  ...change,
})

test('a running job is asked back once per incident, and why another runs on is kept as well', async () => {
  running = [runningJob(), runningJob({ jobId: 'job-2', leaseId: 'lease-2', mayPause: false })]
  outcome = running.map(({ jobId }) => ({ jobId, action: 'keep', reason: 'It has been given to its machine, and runs on.' }))
  world.level = 900
  await minutes(20)
  expect(askedBack).toEqual(['lease-1 carbon'])
  const [{ incidentId } = { incidentId: '' }] = await list()
  const { actions } = await watching.incidents.show(incidentId)
  expect(actions.map(({ jobId, action }) => [jobId, action])).toEqual([
    ['job-2', 'keep'],
    ['job-1', 'pause'],
  ])
  expect(actions.map(({ reason }) => reason)).toEqual([
    'It runs on: it saves no checkpoints, or is not to wait for a cleaner window.',
    expect.stringContaining('It is asked to go on later from its checkpoint: 900 gCO2/kWh now, 100 from '),
  ])
  await watching.incidents.close('owner', { incidentId, note: 'Enough.' })
  running = [runningJob({ jobId: 'job-3', leaseId: 'lease-3' })]
  await minutes(5)
  expect(askedBack).toHaveLength(1)
})

test('a job that runs into a spike is asked back when it gets there, and not by any other incident', async () => {
  running = [runningJob({ now: { moment: 90, rest: 600 } })]
  world.level = 900
  world.share = 90
  await minutes(10)
  expect(askedBack).toEqual([])
  running = [runningJob()]
  await minutes(2)
  expect(askedBack).toEqual(['lease-1 carbon'])
})

test('a simulated spike asks back too, and says that it is simulated', async () => {
  running = [runningJob()]
  await watching.incidents.simulate('owner', { zone: 'GB-13', event: { cause: 'intensity-spike', percent: 400 }, seconds: 3_600 })
  await minutes(5)
  expect(askedBack).toEqual(['lease-1 carbon.simulated'])
})

test('a restart keeps open incidents as they were, and what was under way is done again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-incidents-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'coordinator.sqlite')
  await db.destroy()
  db = await openDatabase(file)
  watching = watch()
  world.level = 900
  replanning = async () => {
    throw new Error('killed')
  }
  await minutes(3)
  expect(watching.failures).toEqual(['killed'])
  expect((await list()).map(({ state }) => state)).toEqual(['EVALUATING'])
  await db.destroy()
  db = await openDatabase(file)
  watching = watch()
  replanning = null
  await minutes(1)
  const [incident, ...others] = await list()
  expect([incident?.state, others]).toEqual(['ADAPTING', []])
  await db.destroy()
  db = await openDatabase(file)
  watching = watch()
  await minutes(20)
  expect(watching.moves).toEqual([])
  world = calm()
  await minutes(31)
  expect((await list()).map(({ incidentId, state }) => [incidentId, state])).toEqual([[incident?.incidentId, 'RESOLVED']])
})

test('an operator acknowledges once, and closes with a note; while the cause stays it is not opened again', async () => {
  world.level = 900
  await minutes(5)
  const [{ incidentId } = { incidentId: '' }] = await list()
  const seen = await watching.incidents.acknowledge('owner', incidentId)
  await clock.advance(MINUTE_MS)
  expect((await watching.incidents.acknowledge('another', incidentId)).acknowledged).toEqual(seen.acknowledged)
  expect(seen.acknowledged).toMatchObject({ by: 'owner' })
  const closed = await watching.incidents.close('owner', { incidentId, note: 'A known outage.' })
  expect(closed).toMatchObject({ state: 'RESOLVED', ended: { how: 'closed', by: 'owner', note: 'A known outage.' } })
  expect(closed.transitions.at(-1)).toMatchObject({ from: 'ADAPTING', to: 'RESOLVED', reason: 'Closed by an operator: A known outage.' })
  await expect(watching.incidents.close('owner', { incidentId, note: 'Again.' })).rejects.toMatchObject({ code: 'conflict' })
  await minutes(60)
  expect(await list()).toHaveLength(1)
  world.level = 170
  await minutes(31)
  world.level = 900
  await minutes(5)
  expect(await list()).toHaveLength(2)
})

test('an incident that is closed while it is acted upon stays closed, and what was done is kept', async () => {
  world.level = 900
  outcome = [{ jobId: 'job-1', action: 're-route', reason: 'DE is 40 % better than GB-13.' }]
  replanning = async () => {
    const [{ incidentId } = { incidentId: '' }] = await list()
    await watching.incidents.close('owner', { incidentId, note: 'Enough.' })
  }
  await minutes(10)
  const [{ incidentId } = { incidentId: '' }] = await list()
  const { state, actions, transitions } = await watching.incidents.show(incidentId)
  expect([state, actions.length, transitions.at(-1)?.to]).toEqual(['RESOLVED', 1, 'RESOLVED'])
})

test.each([['show'], ['acknowledge']] as const)('%s of an incident nobody knows', async (call) => {
  const known = call === 'show' ? watching.incidents.show('nothing') : watching.incidents.acknowledge('owner', 'nothing')
  await expect(known).rejects.toMatchObject({ code: 'not-found' })
})

test('an incident whose cause is gone says since when, and when it ends unless the cause returns', async () => {
  world.level = 700
  await minutes(5)
  expect(await list()).toMatchObject([{ state: 'ADAPTING', clearing: null }])
  world.level = 170
  await minutes(2)
  const [before] = await list()
  const { goneSince = '', endsAt = '' } = before?.clearing ?? {}
  expect(Date.parse(endsAt) - Date.parse(goneSince)).toBe(PATIENCE['intensity-spike'].clearMs)
  await minutes(Math.ceil((Date.parse(endsAt) - clock.now()) / MINUTE_MS) - 1)
  expect(await list()).toMatchObject([{ state: 'ADAPTING', clearing: { goneSince, endsAt } }])
  await minutes(2)
  expect(await list()).toMatchObject([{ state: 'RESOLVED', clearing: null }])
})

test.each(['intensity-spike', 'surplus', 'curtailment'] as const)(
  'a simulated %s that ends before it can be believed is refused with the reason',
  async (cause) => {
    const event = { cause, percent: 40 }
    await expect(watching.incidents.simulate('owner', { zone: 'GB-13', event, seconds: 179 })).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringMatching(/last for 3 minutes or more.*been there for 2 minutes/),
    })
    await watching.incidents.simulate('owner', { zone: 'GB-13', event, seconds: 180 })
    await minutes(4)
    expect((await list())[0]).toMatchObject({ simulated: true, state: 'ADAPTING' })
  },
)

test('incidents are paged newest first', async () => {
  for (const cause of ['frequency', 'stale-source', 'node-loss'] as const) {
    disturb[cause]()
    await minutes(1)
  }
  const first = await watching.incidents.list({ which: 'all', after: null, limit: 2 })
  const second = await watching.incidents.list({ which: 'all', after: first.next, limit: 2 })
  expect([...first.items, ...second.items].map(({ cause }) => cause)).toEqual(['node-loss', 'stale-source', 'frequency'])
  expect(second.next).toBeNull()
})

const spike = { zone: 'GB-13', event: { cause: 'intensity-spike', percent: 40 }, seconds: 7_200 } as const

test('a simulated event is an incident of its own, labelled, beside the real one of the same kind', async () => {
  await watching.incidents.simulate('owner', spike)
  world.level = 900
  await minutes(5)
  const both = await list()
  expect(new Set(both.map(({ simulated }) => simulated))).toEqual(new Set([false, true]))
  expect(both).toHaveLength(2)
  expect(both.find(({ simulated }) => simulated)?.summary).toBe('SIMULATED in GB-13: intensity 40 % higher, until 2026-03-18T14:00:00.000Z.')
  expect(replanned).toHaveLength(2)
  world.level = 170
  await minutes(120 + 31)
  expect(await list('open')).toEqual([])
  await minutes(1)
})

test('closing a simulated incident ends its simulation; the same cannot be simulated twice at once', async () => {
  await watching.incidents.simulate('owner', spike)
  await expect(watching.incidents.simulate('owner', spike)).rejects.toMatchObject({ code: 'conflict' })
  await watching.incidents.simulate('owner', { ...spike, zone: 'DE' })
  await minutes(1)
  const incident = (await list()).find(({ zone }) => zone === 'GB-13')
  await watching.incidents.close('owner', { incidentId: incident?.incidentId ?? '', note: 'Seen enough.' })
  await expect(watching.incidents.simulate('owner', spike)).resolves.toMatchObject({ zone: 'GB-13' })
})

test('what is simulated again after its incident was closed has an incident again, which can be closed again', async () => {
  const closed: string[] = []
  for (const percent of [40, 60]) {
    await watching.incidents.simulate('owner', { ...spike, event: { cause: 'intensity-spike', percent } })
    await minutes(1)
    const [incident, ...others] = await list('open')
    expect([incident?.summary, others]).toEqual([expect.stringContaining(`intensity ${percent} % higher`), []])
    await watching.incidents.close('owner', { incidentId: incident?.incidentId ?? '', note: 'Seen enough.' })
    closed.push(incident?.incidentId ?? '')
  }
  await minutes(PATIENCE['intensity-spike'].clearMs / MINUTE_MS + 1)
  expect((await list()).map(({ incidentId }) => incidentId)).toEqual(closed.toReversed())
})

test.each([
  [{ ...spike, zone: 'XX' }, 'grid.unknown-zone'],
  [{ ...spike, event: { cause: 'frequency', hz: 49.7 } }, 'input.invalid'],
] as const)('%j cannot be simulated', async (order, code) => {
  await expect(watching.incidents.simulate('owner', order)).rejects.toMatchObject({ code })
})

test('the loop looks once a minute, at once after a simulation, and stops when it is told', async () => {
  const stop = new AbortController()
  const stopped = watching.incidents.run(stop.signal)
  await expect.poll(() => clock.sleepers()).toBe(1)
  await watching.incidents.simulate('owner', { ...spike, zone: 'GB', event: { cause: 'frequency', hz: 49.7 } })
  await expect.poll(() => watching.moves.length).toBe(3)
  await expect.poll(() => clock.sleepers()).toBe(1)
  world.level = 900
  await clock.advance(MINUTE_MS)
  await expect.poll(() => watching.moves.at(-1)).toBe('intensity-spike GB-13: MONITORING ANOMALY_DETECTED')
  stop.abort()
  await stopped
})

test('whatever happens: transitions follow the machine, one cause in one place is open once, a job is asked back once for it, what is simulated stays apart, and all of it ends', async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...Object.keys(disturb)).map((cause) => ({ do: 'disturb' as const, cause: cause as IncidentCause })) },
    { weight: 3, arbitrary: fc.constant({ do: 'calm' as const }) },
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 8 }).map((count) => ({ do: 'minutes' as const, count })) },
    { weight: 2, arbitrary: fc.constant({ do: 'close' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'simulate' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      await db.destroy()
      db = await openTestDatabase()
      clock = createFakeClock()
      world = calm()
      watching = watch()
      running = [runningJob(), runningJob({ jobId: 'job-2', leaseId: 'lease-2', mayPause: false })]
      askedBack = []
      let real = false
      for (const now of steps) {
        if (now.do === 'disturb') {
          real = true
          disturb[now.cause]()
        }
        if (now.do === 'calm') world = calm()
        if (now.do === 'minutes') await minutes(now.count)
        if (now.do === 'restart') watching = watch()
        if (now.do === 'simulate') await watching.incidents.simulate('owner', { ...spike, seconds: 600 }).catch(() => undefined)
        const [open] = await list('open')
        if (now.do === 'close' && open) await watching.incidents.close('owner', { incidentId: open.incidentId, note: 'Enough.' })
        const keys = (await list('open')).map(({ cause, zone, nodeId, simulated }) => `${cause} ${zone} ${nodeId} ${simulated}`)
        expect(new Set(keys).size).toBe(keys.length)
      }
      world = calm()
      await minutes(45)
      expect(watching.failures).toEqual([])
      const all = await list()
      let pauses = 0
      if (!real) expect(all.filter(({ simulated }) => !simulated)).toEqual([])
      for (const { incidentId, state, simulated, summary } of all) {
        expect([state, summary.startsWith('SIMULATED')]).toEqual(['RESOLVED', simulated])
        const { transitions, actions } = await watching.incidents.show(incidentId)
        const paused = actions.filter(({ action }) => action === 'pause').map(({ jobId }) => jobId)
        expect(paused).toEqual(paused.length === 0 ? [] : ['job-1'])
        pauses += paused.length
        expect(transitions[0]?.from).toBe('MONITORING')
        for (const [index, { from, to }] of transitions.entries()) {
          expect(NEXT[from]).toContain(to)
          if (index > 0) expect(from).toBe(transitions[index - 1]?.to)
        }
      }
      expect(askedBack).toHaveLength(pauses)
    }),
    { numRuns: 25 },
  )
})
