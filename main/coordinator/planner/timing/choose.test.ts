import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Work, chooseTime, chooseZoneAndTime } from './choose.ts'
import { type CostCurve, costCurve, costOver } from './cost-curve.ts'
import { NOW } from '../planner.fake.ts'
import { cheapestRuns, leastCost } from './runs.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FREE = { minRunMs: 0, restartMs: 0 }

/** Slots of the given lengths in minutes; a value of `null` is a gap. */
const curveOf = (slots: readonly (readonly [minutes: number, value: number | null])[]): CostCurve => {
  let from = NOW
  return costCurve(
    slots.flatMap(([length, value]) => {
      const slot = { from, to: from + length * MINUTE, value: value ?? 0 }
      from = slot.to
      return value === null ? [] : [slot]
    }),
  )
}
const hourly = (...values: readonly (number | null)[]) => curveOf(values.map((value) => [60, value]))
const work = (change: Partial<Work> = {}): Work => ({
  earliest: NOW,
  latestEnd: NOW + 8 * HOUR,
  durationMs: 2 * HOUR,
  pauses: FREE,
  progress: 'fresh',
  ...change,
})
const minutes = (runs: readonly { from: number; to: number }[]) => runs.map(({ from, to }) => [(from - NOW) / MINUTE, (to - NOW) / MINUTE])

test.each([
  [
    'pauses between the cleanest hours',
    hourly(5, 1, 5, 1, 5),
    {},
    [
      [60, 120],
      [180, 240],
    ],
  ],
  ['makes one run of hours that touch', hourly(5, 1, 1, 5), {}, [[60, 180]]],
  ['uses the end of an hour that leads on to the next', hourly(5, 3, 1, 5), { durationMs: 1.5 * HOUR }, [[90, 180]]],
  ['takes the first of equals', hourly(2, 2, 2, 2), {}, [[0, 120]]],
  ['skips what is unknown', hourly(5, null, 1, 2), {}, [[120, 240]]],
  ['starts in the middle of an hour', hourly(5, 1, 5), { earliest: NOW + 90 * MINUTE, durationMs: 30 * MINUTE }, [[90, 120]]],
  [
    'mixes slots of all lengths',
    curveOf([
      [15, 4],
      [30, 2],
      [60, 3],
      [15, 1],
    ]),
    { durationMs: HOUR },
    [
      [15, 60],
      [105, 120],
    ],
  ],
  ['does not pause what cannot', hourly(5, 1, 5, 1, 2, 5), { pauses: null }, [[180, 300]]],
  ['leaves alone what runs and cannot pause', hourly(5, 1, 1), { pauses: null, progress: 'running' as const }, [[0, 120]]],
  ['runs at once when time is short', hourly(5, 1, 1), { latestEnd: NOW + 1.9 * HOUR }, [[0, 120]]],
  ['runs at once when too little is known', hourly(5, 1), { durationMs: 3 * HOUR }, [[0, 180]]],
  ['runs at once when nothing is', hourly(), {}, [[0, 120]]],
  ['runs to the very end of its time', hourly(5, 5, 1, 1), { latestEnd: NOW + 3.5 * HOUR, durationMs: 1.5 * HOUR }, [[120, 210]]],
])('%s', (_, curve, change, expected) => {
  expect(minutes(chooseTime(curve, work(change)).runs)).toEqual(expected)
})

test('a job that cannot pause does not wait for less than it should gain', () => {
  const job = work({ pauses: null, durationMs: HOUR, minGain: 0.05 })
  expect(minutes(chooseTime(hourly(100, 96, 99), job).runs)).toEqual([[0, 60]])
  expect(minutes(chooseTime(hourly(100, 94, 99), job).runs)).toEqual([[60, 120]])
})

const anyCurve = fc
  .array(fc.tuple(fc.constantFrom(15, 30, 60), fc.option(fc.integer({ min: -5, max: 50 }), { nil: null, freq: 9 })), { minLength: 1, maxLength: 12 })
  .map(curveOf)
const anyWork = fc
  .record({
    earliest: fc.integer({ min: 0, max: 240 }),
    window: fc.integer({ min: 1, max: 400 }),
    duration: fc.integer({ min: 1, max: 240 }),
    pauses: fc.constantFrom(null, FREE, { minRunMs: 15 * MINUTE, restartMs: 0 }, { minRunMs: 0, restartMs: 5 * MINUTE }),
    progress: fc.constantFrom('fresh' as const, 'running' as const, 'paused' as const),
  })
  .map(
    ({ earliest, window, duration, pauses, progress }): Work => ({
      earliest: NOW + earliest * MINUTE,
      latestEnd: NOW + (earliest + window) * MINUTE,
      durationMs: duration * MINUTE,
      pauses,
      progress: pauses === null && progress === 'paused' ? 'fresh' : progress,
    }),
  )
const spent = (curve: CostCurve, runs: readonly { from: number; to: number }[]) =>
  runs.reduce((sum, { from, to }) => sum + (costOver(curve, from, to) ?? Number.NaN) * (to - from), 0)

test('whatever fits before the deadline is done before it, and never too little', () => {
  fc.assert(
    fc.property(anyCurve, anyWork, (curve, job) => {
      const { runs, why } = chooseTime(curve, job)
      const restarts = runs.length - (job.progress === 'paused' || (job.progress === 'running' && runs[0]?.from !== job.earliest) ? 0 : 1)
      expect(runs.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(job.durationMs + restarts * (job.pauses?.restartMs ?? 0))
      expect(runs[0]?.from).toBeGreaterThanOrEqual(job.earliest)
      for (const [index, { from }] of runs.entries()) expect(from).toBeGreaterThan(runs[index - 1]?.to ?? 0)
      const lost = job.progress === 'paused' ? (job.pauses?.restartMs ?? 0) : 0
      if (job.earliest + job.durationMs + lost <= job.latestEnd) expect(runs.at(-1)?.to).toBeLessThanOrEqual(job.latestEnd)
      else expect(why).toBe('at-once')
    }),
    { numRuns: 400 },
  )
})

test('free pauses: no choice of minutes costs less', () => {
  fc.assert(
    fc.property(anyCurve, anyWork, (curve, job) => {
      const chosen = cheapestRuns(curve, job)
      const costs = Array.from({ length: (job.latestEnd - job.earliest) / MINUTE }, (_, minute) =>
        costOver(curve, job.earliest + minute * MINUTE, job.earliest + (minute + 1) * MINUTE),
      )
      const known = costs.filter((cost) => cost !== null).toSorted((a, b) => a - b)
      const best = known.slice(0, job.durationMs / MINUTE).reduce((sum, cost) => sum + cost, 0)
      if (!chosen) expect(known.length).toBeLessThan(job.durationMs / MINUTE)
      if (!chosen) return
      expect(chosen.cost / MINUTE).toBeCloseTo(best, 4)
      expect(spent(curve, chosen.runs) / MINUTE).toBeCloseTo(best, 4)
      expect(leastCost(curve, job)).toBe(chosen.cost)
    }),
    { numRuns: 300 },
  )
})

test('what may pause never costs more than what may not, and a later deadline never costs more', () => {
  fc.assert(
    fc.property(anyCurve, anyWork, (curve, job) => {
      const cost = (change: Partial<Work>) => chooseTime(curve, { ...job, progress: 'fresh', ...change })
      const [whole, free] = [cost({ pauses: null }), cost({ pauses: FREE })]
      if (whole.why === 'cheapest') expect(free.cost).toBeLessThanOrEqual((whole.cost ?? 0) + 1e-6)
      const later = cost({ pauses: FREE, latestEnd: job.latestEnd + HOUR })
      if (free.why === 'cheapest') expect(later.cost).toBeLessThanOrEqual((free.cost ?? 0) + 1e-6)
    }),
  )
})

test('replanning what is left on an unchanged forecast changes nothing', () => {
  fc.assert(
    fc.property(anyCurve, anyWork, fc.integer({ min: 1, max: 120 }), (curve, given, after) => {
      const job = { ...given, pauses: FREE, progress: 'fresh' as const }
      const first = chooseTime(curve, job)
      if (first.why !== 'cheapest') return
      const now = job.earliest + after * MINUTE
      const past = first.runs.flatMap(({ from, to }) => (from < now ? [{ from, to: Math.min(to, now) }] : []))
      const left = job.durationMs - past.reduce((sum, { from, to }) => sum + to - from, 0)
      if (left === 0) return
      const second = chooseTime(curve, { ...job, earliest: now, durationMs: left, progress: 'paused' })
      expect(second.why).toBe('cheapest')
      expect((spent(curve, past) + spent(curve, second.runs)) / MINUTE).toBeCloseTo(spent(curve, first.runs) / MINUTE, 4)
    }),
  )
})

const total = ({ runs, cost }: { runs: readonly { from: number; to: number }[]; cost: number | null }) =>
  (cost ?? Number.NaN) * runs.reduce((sum, { from, to }) => sum + to - from, 0)

test('zone and time together: the best of the best of each', () => {
  fc.assert(
    fc.property(fc.array(anyCurve, { minLength: 1, maxLength: 5 }), anyWork, (zones, job) => {
      const each = zones.map((curve) => chooseTime(curve, job))
      const chosen = chooseZoneAndTime(new Map(zones.entries()), job)
      const timely = each.filter(({ why }) => why === 'cheapest')
      if (!chosen) throw new Error('There was a zone.')
      expect(chosen.why).toBe(timely.length > 0 ? 'cheapest' : 'at-once')
      if (timely.length > 0) expect(total(chosen) / HOUR).toBeCloseTo(Math.min(...timely.map(total)) / HOUR, 4)
    }),
    { numRuns: 300 },
  )
  expect(chooseZoneAndTime(new Map(), work())).toBeNull()
})
