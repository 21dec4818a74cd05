import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Slot } from '../../../../shared/domain/signal.ts'
import { chooseTime } from './choose.ts'
import { PRESETS, type Weights, objectiveCurve, scalesOf } from './objective.ts'
import { NOW } from '../planner.fake.ts'

const HOUR = 3_600_000
const slots = (values: readonly number[], lengthMs = HOUR): readonly Slot[] =>
  values.map((value, index) => ({ from: NOW + index * lengthMs, to: NOW + (index + 1) * lengthMs, value, forecast: true }))
const curveOf = (intensity: readonly number[], prices: readonly number[] | null, weights: Weights) => {
  const zone = { intensity: slots(intensity), prices: prices && slots(prices) }
  return objectiveCurve(zone, weights, { scales: scalesOf([zone]), since: NOW })
}
const work = { earliest: NOW, latestEnd: NOW + 6 * HOUR, durationMs: HOUR, pauses: { minRunMs: 0, restartMs: 0 }, progress: 'fresh' as const }
const startOf = (...given: Parameters<typeof curveOf>) => ((chooseTime(curveOf(...given), work).runs[0]?.from ?? 0) - NOW) / HOUR

const CLEAN_LATE = [300, 280, 260, 240, 100, 300]
const CHEAP_EARLIER = [30, 30, 5, 30, 30, 30]

test.each([
  ['green', PRESETS.green, 4],
  ['cheap', PRESETS.cheap, 2],
  ['fast', PRESETS.fast, 0],
  ['balanced', PRESETS.balanced, 2],
])('%s runs when that is best', (_, weights, hour) => {
  expect(startOf(CLEAN_LATE, CHEAP_EARLIER, weights)).toBe(hour)
})

test('without a price, cost is judged by carbon; without one for a while, that while is of usual price', () => {
  expect(startOf(CLEAN_LATE, null, PRESETS.cheap)).toBe(4)
  expect(startOf(CLEAN_LATE, [30, 5], PRESETS.cheap)).toBe(1)
  expect(startOf(CLEAN_LATE, [30, 31], PRESETS.cheap)).toBe(0)
})

test('prices of half-hours cut hours of intensity', () => {
  const zone = { intensity: slots([100, 100]), prices: slots([9, 1, 2, 9], HOUR / 2) }
  const curve = objectiveCurve(zone, PRESETS.cheap, { scales: { gPerKWh: 1, minorPerKWh: 1 }, since: NOW })
  expect([...curve.costs]).toEqual([9, 1, 2, 9])
  expect(chooseTime(curve, work).runs).toEqual([{ from: NOW + HOUR / 2, to: NOW + 1.5 * HOUR }])
})

test('prices weigh by how much they swing: their level, their sign and their unit do not matter', () => {
  const prices = [30, 20, 5, 10, 25, 30]
  const even = { carbon: 1, cost: 1, time: 0 }
  const before = curveOf(CLEAN_LATE, prices, even).order
  for (const other of [prices.map((price) => price - 40), prices.map((price) => price + 40), prices.map((price) => price * 80)])
    expect(curveOf(CLEAN_LATE, other, even).order).toEqual(before)
  const { minorPerKWh } = scalesOf([{ intensity: slots(CLEAN_LATE), prices: slots([30, 30.01, 30]) }])
  expect(minorPerKWh).toBeCloseTo(1.5)
  expect(scalesOf([{ intensity: [], prices: null }])).toEqual({ gPerKWh: 1, minorPerKWh: 1 })
})

test.each([5e-324, 1e-310, 1e-160, 1e-12])('what is almost nothing, %d, is nothing: every cost is a number', (tiny) => {
  const almost = [tiny, 0, tiny, tiny, 0, tiny]
  for (const weights of Object.values(PRESETS))
    for (const [intensity, prices] of [
      [CLEAN_LATE, almost],
      [almost, CHEAP_EARLIER],
      [almost, almost],
    ] as const)
      for (const cost of curveOf(intensity, prices, weights).costs) expect(Math.abs(cost)).toBeLessThan(1e3)
})

const values = (min: number) => fc.array(fc.integer({ min, max: 400 }), { minLength: 6, maxLength: 6 })

const falls = (figures: readonly number[]) => {
  for (const [index, figure] of figures.entries()) expect(figure).toBeLessThanOrEqual((figures[index - 1] ?? Infinity) + 1e-6)
}

const middle = (runs: readonly { from: number; to: number }[]) => runs.reduce((sum, { from, to }) => sum + ((from + to) / 2) * (to - from), 0) / (2 * HOUR)
const sum = (of: readonly number[], runs: readonly { from: number; to: number }[]) =>
  runs.reduce((total, { from, to }) => total + of.slice((from - NOW) / HOUR, (to - NOW) / HOUR).reduce((a, b) => a + b, 0), 0)

test('more weight on carbon never emits more, more on cost never costs more, more on time never ends later on average', () => {
  fc.assert(
    fc.property(values(1), values(-50), (intensity, prices) => {
      const plans = (weightsOf: (weight: number) => Weights) =>
        [0, 0.25, 0.5, 0.75, 1].map((weight) => chooseTime(curveOf(intensity, prices, weightsOf(weight)), { ...work, durationMs: 2 * HOUR }).runs)
      falls(plans((carbon) => ({ carbon, cost: 1 - carbon, time: 0 })).map((runs) => sum(intensity, runs)))
      falls(plans((cost) => ({ carbon: 1 - cost, cost, time: 0 })).map((runs) => sum(prices, runs)))
      falls(plans((time) => ({ carbon: 1 - time, cost: 0, time })).map(middle))
    }),
  )
})
