import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HALF_HOUR_MS, epochMs, monotonicMs } from '../../units.ts'
import { conclude } from './conclusion.ts'
import { type Integral, addReading, beginIntegral, endIntegral, suspendIntegral } from './integral.ts'
import { joulesOf, resultOf } from './result.ts'
import type { Device, Reading } from './sensor.ts'
import { intervalsOf } from './slots.ts'
import { uncertaintyOf } from './uncertainty.ts'

const T0 = Date.parse('2026-03-01T12:00:00.000Z')
const LIMIT_W = 450
const RANGE_MJ = 262_143_328

type Fault =
  | { readonly kind: 'silent' | 'no-counter' | 'no-power'; readonly at: number; readonly ms: number }
  /** The counter stands still, and afterwards either knows what happened meanwhile or does not. */
  | { readonly kind: 'frozen'; readonly at: number; readonly ms: number; readonly catchesUp: boolean }
  | { readonly kind: 'reset' | 'counter-spike' | 'power-spike' | 'clock-set'; readonly at: number; readonly by: number }
  /** The monotonic clock stands still or runs on meanwhile. */
  | { readonly kind: 'sleep'; readonly at: number; readonly ms: number; readonly monoRuns: boolean }

interface Story {
  readonly method: 'counter' | 'power-average' | 'rapl'
  readonly phases: readonly { readonly ms: number; readonly watts: number }[]
  readonly faults: readonly Fault[]
  /** What the counter says of a joule. */
  readonly scale: number
  readonly startMs: number
}

const deviceOf = ({ method }: Pick<Story, 'method'>): Device => ({
  method,
  // An ideal sensor: what is left of the uncertainty is our own.
  sensor: { updateMs: 100, uncertaintyPct: 0, basis: 'test', wrapMj: method === 'rapl' ? RANGE_MJ : null, power: 'power-average' },
  limitW: LIMIT_W,
})

/** Joules used after `ms` of being awake. */
function energyAt(phases: Story['phases'], ms: number): number {
  let [left, joules] = [Math.max(0, ms), 0]
  for (const phase of phases) {
    const part = Math.min(left, phase.ms)
    joules += (phase.watts * part) / 1_000
    left -= part
  }
  return joules
}

const isDuring = (fault: Fault, ms: number): boolean => ms >= fault.at && ms < fault.at + ('ms' in fault ? fault.ms : 1_000)
const has = (faults: readonly Fault[], kind: Fault['kind'], ms: number): boolean => faults.some((fault) => fault.kind === kind && isDuring(fault, ms))

/** What the counter shows after `ms`: renewed every 100 ms, with its faults. */
function counterAt({ phases, faults, scale, method }: Story, ms: number): number {
  let [offset, until] = [method === 'rapl' ? RANGE_MJ - 1e6 : 5e6, Math.floor(ms / 100) * 100]
  const raw = (at: number): number => energyAt(phases, at) * 1_000 * scale
  for (const fault of faults.toSorted((a, b) => a.at - b.at)) {
    if (fault.kind === 'reset' && fault.at <= until) offset = -raw(fault.at)
    if (fault.kind !== 'frozen' || until < fault.at) continue
    if (isDuring(fault, until)) until = fault.at
    else if (!fault.catchesUp) offset -= raw(fault.at + fault.ms) - raw(fault.at)
  }
  const total = Math.round(Math.max(0, offset + raw(until)))
  const spike = has(faults, 'counter-spike', ms) ? 1e9 : 0
  return method === 'rapl' ? (total + spike) % RANGE_MJ : total + spike
}

function readingAt(story: Story, ms: number, clocks: { readonly mono: number; readonly wall: number }): Reading {
  const { phases, faults, method } = story
  const averageMw = ((energyAt(phases, ms) - energyAt(phases, ms - 1_000)) * 1_000_000) / Math.max(1, Math.min(ms, 1_000))
  const silent = has(faults, 'silent', ms)
  const powerMw = has(faults, 'power-spike', ms) ? 4e6 : averageMw
  return {
    mono: monotonicMs(clocks.mono),
    wall: epochMs(clocks.wall),
    energyMj: silent || method === 'power-average' || has(faults, 'no-counter', ms) ? null : counterAt(story, ms),
    powerMw: silent || method === 'rapl' || has(faults, 'no-power', ms) ? null : powerMw,
  }
}

const lengthOf = ({ phases }: Pick<Story, 'phases'>): number => phases.reduce((sum, { ms }) => sum + ms, 0)

interface Told {
  readonly integral: Integral
  readonly startWall: number
  readonly truthJ: number
  readonly totals: readonly number[]
}

/** Meters the story once a second. */
function meter(story: Story, keep: (tick: number) => boolean = () => true): Told {
  const length = lengthOf(story)
  const startWall = T0 + story.startMs
  let [mono, wall, integral] = [1_000, startWall, beginIntegral(deviceOf(story), { mono: monotonicMs(1_000), wall: epochMs(startWall) })]
  const totals: number[] = []
  for (let ms = 0; ; ms = Math.min(length, ms + 1_000)) {
    const reading = readingAt(story, ms, { mono, wall })
    if (keep(ms) || ms === length) integral = addReading(integral, reading)
    totals.push(joulesOf(integral))
    if (ms === length) return { integral: endIntegral(integral, reading), startWall, truthJ: energyAt(story.phases, length), totals }
    for (const fault of story.faults) {
      if (fault.at < ms || fault.at >= ms + 1_000) continue
      if (fault.kind === 'clock-set') wall = Math.max(startWall, wall + Math.min(1_500, fault.by))
      if (fault.kind !== 'sleep') continue
      if (fault.monoRuns) [mono, integral] = [mono + fault.ms, suspendIntegral(integral, { mono: monotonicMs(mono), wall: epochMs(wall) })]
      wall += fault.ms
    }
    const step = Math.min(1_000, length - ms)
    ;[mono, wall] = [mono + step, wall + step]
  }
}

const at = fc.integer({ min: 2_000, max: 110_000 })
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom('silent' as const, 'no-counter' as const, 'no-power' as const), at, ms: fc.integer({ min: 500, max: 20_000 }) }),
  fc.record({ kind: fc.constant('frozen' as const), at, ms: fc.integer({ min: 500, max: 20_000 }), catchesUp: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom('reset' as const, 'counter-spike' as const, 'power-spike' as const, 'clock-set' as const),
    at,
    by: fc.integer({ min: -3_600_000, max: 1_500 }),
  }),
  fc.record({ kind: fc.constant('sleep' as const), at, ms: fc.integer({ min: 3_000, max: 40_000_000 }), monoRuns: fc.boolean() }),
)
const stories: fc.Arbitrary<Story> = fc.record({
  method: fc.constantFrom('counter' as const, 'power-average' as const, 'rapl' as const),
  phases: fc.array(fc.record({ ms: fc.integer({ min: 1_500, max: 30_000 }), watts: fc.integer({ min: 30, max: LIMIT_W }) }), { minLength: 6, maxLength: 20 }),
  faults: fc.array(fault, { maxLength: 3 }),
  scale: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0.01, 0.3, 3, 100) }),
  startMs: fc.integer({ min: 0, max: HALF_HOUR_MS }),
})
/** A counter that is wrong while nothing contradicts it cannot be found out. */
const isDecidable = ({ method, scale, phases, faults }: Story): boolean =>
  (faults.length < 2 || faults.every(({ kind }) => kind !== 'frozen')) &&
  (scale === 1 || (method === 'counter' && lengthOf({ phases }) > 90_000 && faults.every(({ kind }) => kind !== 'frozen'))) &&
  !(method === 'rapl' && faults.some(({ kind }) => ['frozen', 'reset', 'counter-spike'].includes(kind)))

test('whatever the load and the faults, the truth lies within the stated uncertainty', () => {
  fc.assert(
    fc.property(stories.filter(isDecidable), (story) => {
      const { integral, truthJ } = meter(story)
      const { joules, peakW, powerMs } = resultOf(integral)
      // What a device drew at most must have been seen once: of a gap nothing more is known.
      fc.pre(peakW > 0.95 * Math.max(...story.phases.map(({ watts }) => watts)))
      const { pct } = uncertaintyOf(integral)
      // A counter may hold back two updates of a device at its limit, power is an average over the second before, and of every fault
      // the second in which it began may be lost unseen.
      const edgeJ = LIMIT_W * ((powerMs > 0 ? 1 : 0.2) + story.faults.length)
      expect(Math.abs(joules - truthJ)).toBeLessThanOrEqual((pct / 100) * Math.max(joules, truthJ) + edgeJ)
    }),
    { numRuns: 1_000 },
  )
})

test('energy is never negative, and only grows while nothing changes the mind about the counter', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { totals, integral } = meter(story)
      expect(totals.every((total) => total >= 0)).toBe(true)
      if (!resultOf(integral).distrusted && story.scale === 1) expect(totals.every((total, index) => total + 1e-9 >= (totals[index - 1] ?? 0))).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('samples that get lost never make a counter say more than was used', () => {
  fc.assert(
    fc.property(stories, fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), ({ phases, startMs }, kept) => {
      const story: Story = { method: 'counter', phases, faults: [], scale: 1, startMs }
      const { integral, truthJ } = meter(story, (tick) => kept[Math.round(tick / 1_000) % kept.length] ?? true)
      expect(joulesOf(integral)).toBeLessThanOrEqual(truthJ + 0.001)
      const all = joulesOf(meter(story).integral)
      expect(joulesOf(integral)).toBeLessThanOrEqual(all + 1e-6)
    }),
    { numRuns: 500 },
  )
})

test('half-hours share the energy, all of it', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { integral, startWall } = meter(story)
      const { slots, joules } = resultOf(integral)
      const total = intervalsOf([slots], { from: startWall, to: integral.wallMs }).reduce((sum, interval) => sum + interval.joules, 0)
      expect(Math.abs(total - joules)).toBeLessThanOrEqual(1e-9 * Math.max(1, joules))
    }),
    { numRuns: 500 },
  )
})

test('the order of devices does not matter', () => {
  fc.assert(
    fc.property(fc.array(stories, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat()), (group, keys) => {
      const tracks = group.map((story) => ({ integral: meter({ ...story, startMs: 0 }).integral, idleW: story.phases[0]?.watts ?? null }))
      const shuffled = tracks.map((track) => ({ track, key: keys.next().value })).toSorted((a, b) => Number(a.key) - Number(b.key))
      const [one, other] = [
        conclude(tracks, T0),
        conclude(
          shuffled.map(({ track }) => track),
          T0,
        ),
      ]
      expect(other.boardJ).toBeCloseTo(one.boardJ, 6)
      expect(other.marginalJ).toBeCloseTo(one.marginalJ ?? Number.NaN, 6)
      expect({ ...other, boardJ: 0, marginalJ: 0, idleW: 0, meanW: 0, peakW: 0, coverage: 0, intervals: [], counterStart: 0, counterEnd: 0 }).toEqual({
        ...one,
        boardJ: 0,
        marginalJ: 0,
        idleW: 0,
        meanW: 0,
        peakW: 0,
        coverage: 0,
        intervals: [],
        counterStart: 0,
        counterEnd: 0,
      })
    }),
    { numRuns: 200 },
  )
})

const steady = (change: Partial<Story>): Integral =>
  meter({ method: 'counter', phases: [{ ms: 60_000, watts: 200 }], faults: [], scale: 1, startMs: 0, ...change }).integral

test.each([0.01, 0.3, 3])('a counter that says %d J for a joule is not used at all, power is', (scale) => {
  const result = resultOf(steady({ scale }))
  expect(result).toMatchObject({ distrusted: true, method: 'power-average', counterMs: 0, crossCheckRatio: null, joules: expect.closeTo(11_900, 0) })
  expect(uncertaintyOf(steady({ scale })).basis).toContain('energy counter not used')
})

test('a counter that is 80 % off is used, and the difference is added to the uncertainty', () => {
  const integral = steady({ scale: 1 / 1.8 })
  expect(resultOf(integral)).toMatchObject({ distrusted: false, method: 'counter', crossCheckRatio: expect.closeTo(1.8, 1) })
  expect(uncertaintyOf(integral).pct).toBeGreaterThan(75)
  expect(uncertaintyOf(integral).basis).toContain('counter and power differ by ±7')
})

test('a counter that stood still and caught up is not counted twice', () => {
  const faults = [{ kind: 'frozen', at: 20_000, ms: 1_500, catchesUp: true }] as const
  expect(joulesOf(steady({ faults }))).toBeCloseTo(12_000, 0)
})

test('a counter that could have gone round more than once says nothing', () => {
  const device = { ...deviceOf({ method: 'rapl' }), limitW: 450 }
  const rows = [0, 600_000].map((ms): Reading => ({ mono: monotonicMs(ms), wall: epochMs(T0 + ms), energyMj: ms / 10, powerMw: null }))
  const [first] = rows
  if (!first) throw new Error('no first reading')
  expect(resultOf(rows.reduce(addReading, beginIntegral(device, first)))).toMatchObject({ joules: 0, coveredMs: 0 })
})

test('the parts of the uncertainty are words a person can read', () => {
  expect(uncertaintyOf(steady({})).basis).toBe('Sensor ±0.0 % (test), sampling ±0.5 %, start and end ±0.3 %. Together ±0.6 %.')
})
