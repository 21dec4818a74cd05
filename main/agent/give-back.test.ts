/** How fast the owner gets the machine back: everything but the signals, the sandbox, the card and the clock is real. */
import { describe, expect, test } from 'vitest'
import { type JobManners, type JobTraits, aMachine } from './give-back.fixture.ts'

/** Signal to decision, decision to no more computing, decision to gone, signal to memory back. */
const LIMITS = { decidedMs: 500, computeMs: 300, goneMs: 1_900, memoryMs: 2_500 }

const POLITE: JobManners = { endsAfterMs: 120, releasesAfterMs: 300 }
const DEAF: JobManners = { endsAfterMs: Infinity, releasesAfterMs: 300 }
const GREEDY: JobManners = { endsAfterMs: 100, releasesAfterMs: 60_000 }

async function working(manners: JobManners, config: Parameters<typeof aMachine>[1] = {}, traits: JobTraits = {}) {
  const machine = aMachine(manners, config)
  await machine.clock.advance(1_000)
  machine.offer('a', traits)
  await machine.clock.advance(1_000)
  expect(machine.job('a')?.state).toBe('running')
  return machine
}

const USED = { device: 'GPU-1', verdict: 'used', othersBusy: null, users: [{ pid: 7, name: 'blender' }], memoryFreeBytes: null } as const
const CAUSES = [
  ['a game', { games: ['Factorio'] }, 'game'],
  ['a program that fills the screen', { fullscreen: true }, 'fullscreen'],
  ['another user of the GPU', { gpus: [USED] }, 'gpu-in-use'],
  ['the battery', { power: 'battery' }, 'battery'],
] as const

describe.each(CAUSES)('%s', (_name, signals, code) => {
  test.each([0, 1, 60, 124, 249])('gets the machine back in time, if it comes %i ms after a look', async (offsetMs) => {
    for (const manners of [POLITE, DEAF]) {
      const machine = await working(manners)
      await machine.clock.advance(offsetMs)
      const from = machine.clock.monotonic()
      machine.set(signals)
      await machine.clock.advance(4_000)
      const decidedMs = machine.sinceMs(from, 'asked')
      expect(decidedMs).toBeLessThanOrEqual(LIMITS.decidedMs)
      expect(machine.sinceMs(from, 'gone') - decidedMs).toBeLessThanOrEqual(manners === POLITE ? LIMITS.computeMs : LIMITS.goneMs)
      expect(machine.sinceMs(from, 'frozen')).toBe(Infinity)
      const last = machine.stores.yields.last()
      expect(last).toMatchObject({ code, kind: 'stopped', memory: 'back' })
      expect(machine.sinceMs(from, 'released')).toBeLessThanOrEqual(LIMITS.memoryMs)
      expect(last?.memoryMs).toBeLessThanOrEqual(LIMITS.memoryMs)
      expect(machine.job('a')).toMatchObject({ state: 'failed', code })
    }
  })
})

test('without grace a job that does not listen is gone within half a second of the decision', async () => {
  const machine = await working(DEAF, { graceMs: 0 })
  const from = machine.clock.monotonic()
  machine.set({ games: ['Factorio'] })
  await machine.clock.advance(2_000)
  expect(machine.sinceMs(from, 'gone') - machine.sinceMs(from, 'asked')).toBeLessThanOrEqual(LIMITS.computeMs)
})

test.each<[string, JobTraits, string]>([
  ['that saves its work on the processor', { gpu: false }, 'gone'],
  ['that saves nothing', { checkpoints: false }, 'deaf'],
  ['that saves nothing, on the processor', { checkpoints: false, gpu: false }, 'deaf'],
])('a job %s computes no more 300 ms after the decision, whether or not it listens', async (_what, traits, never) => {
  const machine = await working(DEAF, {}, traits)
  const from = machine.clock.monotonic()
  machine.set({ games: ['Factorio'] })
  await machine.clock.advance(never === 'gone' ? 1_000 : 4_000)
  expect(machine.sinceMs(from, never)).toBe(Infinity)
  await machine.clock.advance(4_000)
  const last = machine.stores.yields.last()
  expect((last?.computeStoppedMs ?? Infinity) - (last?.decidedMs ?? 0)).toBeLessThanOrEqual(LIMITS.computeMs)
  expect((last?.goneMs ?? Infinity) - (last?.decidedMs ?? 0)).toBeLessThanOrEqual(LIMITS.goneMs)
})

test('of a job on the GPU that saves its work only the end counts, because the GPU may compute on without the processor', async () => {
  const machine = await working(DEAF)
  machine.set({ games: ['Factorio'] })
  await machine.clock.advance(4_000)
  const last = machine.stores.yields.last()
  expect(last?.computeStoppedMs).toBe(last?.goneMs)
})

describe('a touch', () => {
  test.each([0, 100, 249])(
    'freezes a job on the GPU in time, if it comes %i ms after a look, and lets it go on after twenty quiet seconds',
    async (offsetMs) => {
      const machine = await working(POLITE)
      await machine.clock.advance(offsetMs)
      const from = machine.clock.monotonic()
      machine.set({ inputIdle: 0 })
      await machine.clock.advance(2_000)
      expect(machine.sinceMs(from, 'frozen')).toBeLessThanOrEqual(LIMITS.decidedMs + LIMITS.computeMs)
      const last = machine.stores.yields.last()
      expect(last).toMatchObject({ code: 'owner-present', kind: 'rested', goneMs: null, memory: null })
      expect(last?.decidedMs).toBeLessThanOrEqual(LIMITS.decidedMs)
      expect((last?.computeStoppedMs ?? Infinity) - (last?.decidedMs ?? 0)).toBeLessThanOrEqual(LIMITS.computeMs)
      await machine.clock.advance(17_000)
      expect(machine.sinceMs(from, 'thawed')).toBe(Infinity)
      await machine.clock.advance(2_000)
      expect(machine.sinceMs(from, 'thawed')).toBeLessThan(21_000)
      expect(machine.job('a')?.state).toBe('running')
    },
  )

  test('that is not the only one makes it go, and its memory with it', async () => {
    const machine = await working(POLITE)
    for (let s = 0; s < 24; s++) {
      machine.set({ inputIdle: 0 })
      await machine.clock.advance(1_000)
    }
    expect(machine.job('a')).toMatchObject({ state: 'failed', code: 'owner-present' })
    expect(machine.stores.yields.last()).toMatchObject({ kind: 'stopped', memory: 'back' })
  })
})

describe('memory that a job does not give back', () => {
  test('is an alarm after five seconds, and nothing starts until it is there', async () => {
    const machine = await working(GREEDY)
    machine.set({ power: 'battery' })
    await machine.clock.advance(1_000)
    machine.set({ power: 'mains' })
    machine.offer('b')
    await machine.clock.advance(4_000)
    expect(machine.policy.decision().state.phase).not.toBe('fault')
    await machine.clock.advance(2_000)
    expect(machine.policy.decision()).toMatchObject({ mayRun: false, state: { phase: 'fault' }, reasons: [{ code: 'vram' }, {}] })
    expect(machine.stores.yields.last()).toMatchObject({ memory: 'held' })
    await machine.clock.advance(30_000)
    expect(machine.job('b')).toMatchObject({ state: 'waiting', code: 'vram' })
    await machine.clock.advance(40_000)
    expect(machine.policy.decision().state.phase).toBe('running')
    expect(machine.job('b')?.state).toBe('running')
  })

  test('is no reason to wait if the owner says so', async () => {
    const machine = await working(GREEDY)
    machine.set({ power: 'battery' })
    await machine.clock.advance(8_000)
    machine.set({ power: 'mains' })
    await machine.clock.advance(8_000)
    machine.offer('b')
    machine.policy.resume()
    await machine.clock.advance(1_000)
    expect(machine.job('b')?.state).toBe('running')
  })

  test('is not the job’s if somebody new uses the card and the job is gone from it', async () => {
    const machine = await working(GREEDY)
    machine.card.processes = [4_242_424]
    machine.set({ games: ['Factorio'] })
    await machine.clock.advance(4_000)
    expect(machine.stores.yields.last()).toMatchObject({ code: 'game', memory: 'others' })
    expect(machine.policy.decision().state.phase).toBe('blocked')
  })
})

test('the times of this machine are kept, and told as what half of all and what nearly all took', async () => {
  const machine = await working(POLITE)
  expect(machine.stores.yields.times()).toEqual({ count: 0, p50Ms: null, p95Ms: null })
  machine.set({ power: 'battery' })
  await machine.clock.advance(3_000)
  const { count, p50Ms, p95Ms } = machine.stores.yields.times()
  expect(count).toBe(1)
  expect(p50Ms).toBe(p95Ms)
  expect(p50Ms).toBeGreaterThanOrEqual(420)
  expect(p50Ms).toBeLessThanOrEqual(LIMITS.memoryMs)
})

test('over a metered network nothing is fetched: the lease waits and says so, and starts when the network is free', async () => {
  const machine = aMachine(POLITE)
  machine.set({ network: 'metered' })
  await machine.clock.advance(1_000)
  machine.offer('a')
  await machine.clock.advance(5_000)
  expect(machine.job('a')).toMatchObject({ state: 'waiting', code: 'metered', message: expect.stringContaining('metered') })
  expect(machine.policy.reasons()).toEqual([])
  machine.set({ network: 'free' })
  await machine.clock.advance(1_500)
  expect(machine.job('a')?.state).toBe('running')
})

test('finishing lets the job end and nothing else begin', async () => {
  const machine = await working(POLITE)
  machine.offer('b')
  machine.policy.finish()
  await machine.clock.advance(60_000)
  expect([machine.job('a')?.state, machine.policy.decision().state.finishing]).toEqual(['running', true])
  machine.set({ games: ['Factorio'] })
  await machine.clock.advance(2_000)
  machine.set({ games: [] })
  await machine.clock.advance(600_000)
  expect(machine.policy.decision().state).toMatchObject({ phase: 'off', pause: { until: null }, finishing: false })
  expect(machine.job('b')).toMatchObject({ state: 'waiting', code: 'user' })
})
