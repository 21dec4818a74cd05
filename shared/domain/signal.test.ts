import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Signal } from '../contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../units.ts'
import { aSignal } from './signal.fake.ts'
import { greenWindows, intensityOver, meanOver, percentileOf, slotAt, slotsOf } from './signal.ts'

const START = Date.parse('2026-03-18T00:00:00.000Z')
const at = (slot: number): number => START + slot * HALF_HOUR_MS

const signalOf = (values: readonly (number | null)[], change: Partial<Signal> = {}): Signal => aSignal({ start: START, values, forecastFrom: 2, change })

test('a value holds from the start of its slot until just before the end', () => {
  const slots = slotsOf(signalOf([100, 200]))
  expect(slotAt(slots, at(1) - 1)?.value).toBe(100)
  expect(slotAt(slots, at(1))?.value).toBe(200)
  expect(slotAt(slots, at(2))).toBeNull()
  expect(slotAt(slots, at(0) - 1)).toBeNull()
})

test('a mean weighs every slot by how much of it is inside', () => {
  const slots = slotsOf(signalOf([100, 200]))
  expect(meanOver(slots, at(0.75), at(1.25))).toEqual({ value: 150, coverage: 1, forecast: false })
  expect(meanOver(slots, at(0.5), at(2))?.value).toBeCloseTo((0.5 * 100 + 200) / 1.5)
  expect(meanOver(slots, at(1), at(3))).toEqual({ value: 200, coverage: 0.5, forecast: false })
  expect(meanOver(slots, at(0.5), at(0.5))?.value).toBe(100)
  expect(meanOver(slots, at(5), at(6))).toBeNull()
})

test('unordered, empty and overlapping points do not count twice', () => {
  const [first, second] = signalOf([100, 200]).points
  if (!first || !second) throw new Error('no points')
  const slots = slotsOf(signalOf([], { points: [second, first, { ...first, value: 999 }, { ...second, to: second.from }] }))
  expect(slots.map(({ value }) => value)).toEqual([100, 200])
})

test('green windows join neighbours and stop at gaps', () => {
  const slots = slotsOf(signalOf([50, 60, 200, 40, null, 30, 90]))
  const span = (from: number, to: number) => ({ from: toIso(at(from)), to: toIso(at(to)) })
  expect(greenWindows(slots, 60, START)).toEqual([span(0, 2), span(3, 4), span(5, 6)])
  expect(greenWindows(slots, 60, at(1.5))).toEqual([span(1, 2), span(3, 4), span(5, 6)])
  expect(greenWindows(slots, 10, START)).toEqual([])
})

test.each([
  [0, 10],
  [25, 10],
  [26, 20],
  [50, 20],
  [75, 30],
  [100, 40],
])('the %i. percentile of 10 to 40 is %i', (percentile, value) => {
  expect(percentileOf(slotsOf(signalOf([40, 10, 30, 20])), percentile)).toBe(value)
})

test('nothing has no percentile', () => {
  expect(percentileOf([], 50)).toBeNull()
})

test('a receipt gets the value with its provenance, and knows a forecast from a measurement', () => {
  const signal = signalOf([100, 200, 300])
  expect(intensityOver(signal, at(0), at(2))).toEqual({
    gPerKWh: 150,
    basis: 'direct',
    source: 'test',
    issuedAt: toIso(START),
    estimated: false,
    origin: 'live',
    bodySha256: '0'.repeat(64),
  })
  expect(intensityOver(signal, at(1), at(3))?.estimated).toBe(true)
  expect(intensityOver(signalOf([100], { estimated: true }), at(0), at(1))?.estimated).toBe(true)
})

test('what is not known in full, or is no average intensity, is never accounted', () => {
  expect(intensityOver(signalOf([100, null, 100]), at(0), at(3))).toBeNull()
  expect(intensityOver(signalOf([100]), at(0), at(2))).toBeNull()
  expect(intensityOver(signalOf([100], { kind: 'marginal' }), at(0), at(1))).toBeNull()
  expect(intensityOver(signalOf([100], { kind: 'price', unit: 'minor/kWh', basis: null }), at(0), at(1))).toBeNull()
})

test('a mean lies between the lowest and the highest value it covers, and parts add up to the whole', () => {
  const value = fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: null, freq: 5 })
  const offset = fc.integer({ min: 0, max: 12 * HALF_HOUR_MS })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 10 }), offset, offset, offset, (values, a, b, c) => {
      const [from = 0, middle = 0, to = 0] = [a, b, c].toSorted((x, y) => x - y).map((ms) => START + ms)
      const slots = slotsOf(signalOf(values))
      const [whole, left, right] = [meanOver(slots, from, to), meanOver(slots, from, middle), meanOver(slots, middle, to)]
      if (!whole || from === middle || middle === to) return
      const known = slots.map((slot) => slot.value)
      expect(whole.value).toBeGreaterThanOrEqual(Math.min(...known) - 1e-9)
      expect(whole.value).toBeLessThanOrEqual(Math.max(...known) + 1e-9)
      const weight = (mean: typeof whole | null, ms: number) => (mean ? mean.value * mean.coverage * ms : 0)
      expect(weight(left, middle - from) + weight(right, to - middle)).toBeCloseTo(weight(whole, to - from), 0)
    }),
  )
})
