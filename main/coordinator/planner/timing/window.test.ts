import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { meanOver, slotsOf } from '../../../../shared/domain/signal.ts'
import { costCurve } from './cost-curve.ts'
import { fakeSignal, NOW } from '../planner.fake.ts'
import { type WindowQuery, cheapestRun } from './window.ts'

const MINUTE = 60_000
const SLOT = 30 * MINUTE
const query = (earliest: number, latestEnd: number, minutes: number) => ({
  earliest: NOW + earliest * MINUTE,
  latestEnd: NOW + latestEnd * MINUTE,
  durationMs: minutes * MINUTE,
})
const cleanestWindow = (slots: Parameters<typeof costCurve>[0], limits: WindowQuery) => cheapestRun(costCurve(slots), limits)
const slotsFor = (values: readonly (number | null)[]) => slotsOf(fakeSignal('GB', values))

test.each([
  ['the lowest slot', [300, 100, 200], query(0, 90, 30), 30, 100],
  ['the earliest of equals', [100, 100, 100], query(0, 90, 30), 0, 100],
  ['a start inside a slot, to reach the clean ones with its end', [300, 200, 10, 10, 500], query(0, 150, 70), 50, (10 * 200 + 60 * 10) / 70],
  ['a start inside a slot, to leave the clean ones with its start', [500, 10, 10, 200, 300], query(0, 150, 70), 30, (60 * 10 + 10 * 200) / 70],
  ['no earlier than allowed', [10, 300, 200], query(15, 90, 30), 15, (15 * 10 + 15 * 300) / 30],
  ['no later than the end allows', [300, 200, 10], query(0, 75, 30), 45, (15 * 200 + 15 * 10) / 30],
])('%s', (_, values, limits, start, mean) => {
  const window = cleanestWindow(slotsFor(values), limits)
  expect((window?.from ?? 0) - NOW).toBe(start * MINUTE)
  expect(window?.mean).toBeCloseTo(mean)
})

test('never reaches over a gap or past the forecast', () => {
  expect(cleanestWindow(slotsFor([100, null, 100]), query(0, 90, 31))).toBeNull()
  expect(cleanestWindow(slotsFor([100]), query(0, 600, 31))).toBeNull()
  expect(cleanestWindow(slotsFor([100]), query(0, 20, 30))).toBeNull()
  expect(cleanestWindow([], query(0, 600, 30))).toBeNull()
  expect(cleanestWindow(slotsFor([500, null, 100, 100]), query(0, 120, 45))?.from).toBe(NOW + 60 * MINUTE)
})

test('no start on a grid of minutes is ever better, and every limit is kept', () => {
  const value = fc.option(fc.integer({ min: 0, max: 600 }), { nil: null, freq: 8 })
  const minutes = fc.integer({ min: 0, max: 420 })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), minutes, minutes, fc.integer({ min: 1, max: 200 }), (values, earliest, latestEnd, length) => {
      const slots = slotsFor(values)
      const limits = query(earliest, latestEnd, length)
      const found = cleanestWindow(slots, limits)
      let best: number | null = null
      for (let from = limits.earliest; from + limits.durationMs <= limits.latestEnd; from += MINUTE) {
        const mean = meanOver(slots, from, from + limits.durationMs)
        if (mean && mean.coverage === 1 && (best === null || mean.value < best)) best = mean.value
      }
      if (!found) expect(best).toBeNull()
      if (!found) return
      expect(found.from).toBeGreaterThanOrEqual(limits.earliest)
      expect(found.to).toBeLessThanOrEqual(limits.latestEnd)
      expect(found.to - found.from).toBe(limits.durationMs)
      expect(meanOver(slots, found.from, found.to)).toMatchObject({ coverage: 1, value: found.mean })
      // All limits are whole minutes, so the optimum is on the grid and must match exactly.
      expect(found.mean).toBeCloseTo(best ?? Number.NaN, 6)
    }),
    { numRuns: 500 },
  )
})

test('a flat signal is no reason to wait, whatever rounding says', () => {
  const value = fc.double({ min: 0.1, max: 600, noNaN: true })
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 60 }), (level, length, earliest) => {
      expect(cleanestWindow(slotsFor(Array.from({ length: 13 }, () => level)), query(earliest, 390, length))?.from).toBe(NOW + earliest * MINUTE)
    }),
  )
})

test('a later end never makes the window worse', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 4, maxLength: 12 }), fc.integer({ min: 10, max: 100 }), (values, length) => {
      const slots = slotsFor(values)
      const ends = Array.from({ length: values.length }, (_, index) => ((index + 1) * SLOT) / MINUTE)
      const means = ends.flatMap((end) => cleanestWindow(slots, query(0, end, length))?.mean ?? [])
      expect(means).toEqual(means.toSorted((a, b) => b - a))
    }),
  )
})
