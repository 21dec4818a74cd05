import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { costCurve, costOver } from './cost-curve.ts'
import { NOW } from '../planner.fake.ts'
import { type PausedWork, cheapestRunsWithRestarts } from './restarts.ts'
import { cheapestRuns } from './runs.ts'

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const curveOf = (values: readonly (number | null)[]) =>
  costCurve(values.flatMap((value, slot) => (value === null ? [] : [{ from: NOW + slot * QUARTER, to: NOW + (slot + 1) * QUARTER, value }])))
const work = (change: Partial<PausedWork>): PausedWork => ({
  earliest: NOW,
  latestEnd: NOW + 8 * QUARTER,
  durationMs: 2 * QUARTER,
  minRunMs: 0,
  restartMs: 0,
  progress: 'fresh',
  ...change,
})
const minutes = (runs: readonly { from: number; to: number }[] = []) => runs.map(({ from, to }) => [(from - NOW) / MINUTE, (to - NOW) / MINUTE])

const VALLEYS = [9, 1, 9, 9, 1, 9, 9, 9]

test.each([
  [
    'free pauses take both valleys',
    {},
    [
      [15, 30],
      [60, 75],
    ],
  ],
  [
    'a restart that costs little is worth it, and its time is added',
    { restartMs: MINUTE },
    [
      [15, 30],
      [60, 76],
    ],
  ],
  ['a restart that costs more than it saves is not', { restartMs: QUARTER }, [[0, 30]]],
  ['a run is not shorter than it may be', { minRunMs: 30 * MINUTE }, [[0, 30]]],
  ['a running job goes on free of charge, but pays to come back', { restartMs: 14 * MINUTE, progress: 'running' as const }, [[0, 30]]],
  ['nothing is known of the future but that it is too short', { latestEnd: NOW + QUARTER }, undefined],
])('%s', (_, change, expected) => {
  const found = cheapestRunsWithRestarts(curveOf(VALLEYS), work(change))
  expect(found ? minutes(found.runs) : undefined).toEqual(expected)
})

test('of starts whose costs differ by rounding, the earliest counts', () => {
  const there = [99, 1.1, 4.1, 4.1, 99]
  const curve = curveOf([...there, ...there.slice(0, -1).toReversed()])
  const found = cheapestRunsWithRestarts(curve, work({ latestEnd: NOW + 9 * QUARTER, durationMs: 3 * QUARTER, minRunMs: 3 * QUARTER, restartMs: MINUTE }))
  expect(minutes(found?.runs)).toEqual([[15, 60]])
})

/** Least cost of every pattern of steps, found by trying them all. */
function tryAll(curve: ReturnType<typeof curveOf>, { earliest, latestEnd, durationMs, minRunMs, restartMs, progress }: PausedWork): number {
  const grid = Math.ceil(earliest / QUARTER) * QUARTER
  const edges = [...(grid > earliest ? [earliest] : []), ...Array.from({ length: 9 }, (_, step) => grid + step * QUARTER).filter((at) => at < latestEnd)]
  const endOf = (index: number) => edges[index + 1] ?? (edges[index] ?? 0) + QUARTER
  let least = Infinity
  for (let pattern = 1; pattern < 2 ** edges.length; pattern += 1) {
    const runs: { from: number; to: number }[] = []
    for (const [index, from] of edges.entries()) {
      if (!(pattern & (1 << index))) continue
      const last = runs.at(-1)
      if (last?.to === from) last.to = endOf(index)
      else runs.push({ from, to: endOf(index) })
    }
    const [first, last] = [runs[0], runs.at(-1)]
    if (!first || !last || runs.slice(0, -1).some(({ from, to }) => to - from < minRunMs)) continue
    const resumed = progress === 'paused' || (progress === 'running' && first.from > earliest) ? 1 : 0
    const surplus = runs.reduce((sum, { from, to }) => sum + to - from, 0) - durationMs - (runs.length - 1 + resumed) * restartMs
    if (surplus < 0 || last.to - surplus <= last.from || last.to - surplus > latestEnd) continue
    last.to -= surplus
    const costs = runs.map(({ from, to }) => (costOver(curve, from, to) ?? Infinity) * (to - from))
    least = Math.min(
      least,
      costs.reduce((sum, cost) => sum + cost, 0),
    )
  }
  return least
}

const anyWork = fc.record({
  values: fc.array(fc.option(fc.integer({ min: -3, max: 20 }), { nil: null, freq: 12 }), { minLength: 3, maxLength: 8 }),
  offset: fc.integer({ min: 0, max: 20 }),
  window: fc.integer({ min: 10, max: 100 }),
  duration: fc.integer({ min: 1, max: 75 }),
  minRun: fc.constantFrom(0, 15, 30),
  restart: fc.constantFrom(0, 1, 5, 15),
  progress: fc.constantFrom('fresh' as const, 'running' as const, 'paused' as const),
})

test('no pattern of quarter hours is cheaper, and every rule is kept', () => {
  fc.assert(
    fc.property(anyWork, ({ values, offset, window, duration, minRun, restart, progress }) => {
      // Where running is paid for, losing time to restarts would pay too: no pattern of steps says how often that can be done.
      const curve = curveOf(values.map((value) => (restart > 0 && value !== null ? Math.abs(value) : value)))
      const earliest = NOW + offset * MINUTE
      const query = work({
        earliest,
        latestEnd: earliest + window * MINUTE,
        durationMs: duration * MINUTE,
        minRunMs: minRun * MINUTE,
        restartMs: restart * MINUTE,
        progress,
      })
      const found = cheapestRunsWithRestarts(curve, query)
      const least = tryAll(curve, query)
      if (!found) expect(least).toBe(Infinity)
      if (!found) return
      expect(found.cost / MINUTE).toBeCloseTo(least / MINUTE, 3)
      const resumed = progress === 'paused' || (progress === 'running' && found.runs[0]?.from !== earliest) ? 1 : 0
      expect(found.runs.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(query.durationMs + (found.runs.length - 1 + resumed) * query.restartMs)
      expect(found.runs.at(-1)?.to).toBeLessThanOrEqual(query.latestEnd)
      for (const { from, to } of found.runs.slice(0, -1)) expect(to - from).toBeGreaterThanOrEqual(query.minRunMs)
      const spent = found.runs.map(({ from, to }) => (costOver(curve, from, to) ?? Number.NaN) * (to - from))
      expect(spent.reduce((sum, cost) => sum + cost, 0) / MINUTE).toBeCloseTo(found.cost / MINUTE, 3)
    }),
    { numRuns: 400 },
  )
})

test('dearer restarts never make a job cheaper, and free ones are as good as pausing at will', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 8, maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (values, quarters) => {
      const curve = curveOf(values)
      const costs = [0, MINUTE, 5 * MINUTE, QUARTER].map(
        (restartMs) => cheapestRunsWithRestarts(curve, work({ durationMs: quarters * QUARTER, restartMs }))?.cost ?? Infinity,
      )
      expect(costs).toEqual(costs.toSorted((a, b) => a - b))
      expect(costs[0]).toBeCloseTo(cheapestRuns(curve, work({ durationMs: quarters * QUARTER }))?.cost ?? Number.NaN, 3)
    }),
  )
})
