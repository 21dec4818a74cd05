import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gaussian } from '../bench/noise.ts'
import { withItsErrors, withoutNoise } from './sharpen.ts'

const HOUR = 3_600_000
const [WEEKS, AHEAD] = [28 * 24, 72]
const slots = (values: readonly number[], first = 0) => values.map((value, index) => ({ from: (first + index) * HOUR, to: (first + index + 1) * HOUR, value }))
const halved = (hours: readonly { from: number; value: number }[]) =>
  hours.flatMap(({ from, value }) => [0, 0.5].map((half) => ({ from: from + half * HOUR, to: from + (half + 0.5) * HOUR, value })))
/** A day's rhythm and a slow weather, seen up to hour 0 and foretold from there on. */
const grid = (seed: number): readonly number[] => {
  let weather = 0
  return Array.from({ length: WEEKS + AHEAD }, (_, hour) => {
    weather = 0.97 * weather + 8 * gaussian(seed, 1, hour)
    return 300 + 80 * Math.cos((hour / 24) * 2 * Math.PI) + weather
  })
}
const pastOf = (values: readonly number[]) => slots(values.slice(0, WEEKS), -WEEKS)
const aheadOf = (values: readonly number[], error: (slot: number) => number = () => 0) => slots(values.slice(WEEKS).map((value, slot) => value + error(slot)))
const squaredError = (found: readonly { value: number }[], truth: readonly { value: number }[]) =>
  found.reduce((sum, { value }, index) => sum + (value - (truth[index]?.value ?? 0)) ** 2, 0)

test('independent errors are averaged out with what is usual for the grid', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 15, max: 60 }), (seed, spread) => {
      const values = grid(seed)
      const noisy = aheadOf(values, (slot) => spread * gaussian(seed, 0, slot))
      expect(squaredError(withoutNoise(noisy, pastOf(values)), aheadOf(values))).toBeLessThan(0.6 * squaredError(noisy, aheadOf(values)))
    }),
    { numRuns: 60 },
  )
})

test('nothing measured after the forecast begins is looked at', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 0, max: 2_000, noNaN: true }), (seed, later) => {
      const values = grid(seed)
      const noisy = aheadOf(values, (slot) => 30 * gaussian(seed, 0, slot))
      const future = noisy.map((slot) => ({ ...slot, value: later }))
      expect(withoutNoise(noisy, [...pastOf(values), ...future])).toEqual(withoutNoise(noisy, pastOf(values)))
    }),
    { numRuns: 20 },
  )
})

test('gaps in what is foretold or measured do no harm', () => {
  const values = grid(5)
  const noisy = aheadOf(values, (slot) => 40 * gaussian(5, 0, slot)).filter((_, slot) => slot % 11 !== 4)
  const past = pastOf(values).filter((_, hour) => hour % 17 !== 3)
  const found = withoutNoise(noisy, past)
  const truth = aheadOf(values).filter((_, slot) => slot % 11 !== 4)
  expect(found.map(({ from }) => from)).toEqual(noisy.map(({ from }) => from))
  expect(squaredError(found, truth)).toBeLessThan(0.6 * squaredError(noisy, truth))
})

test('half hours are no other than hours', () => {
  const values = grid(9)
  const noisy = halved(aheadOf(values)).map((slot, index) => ({ ...slot, value: slot.value + 40 * gaussian(9, 0, index) }))
  const truth = halved(aheadOf(values))
  expect(squaredError(withoutNoise(noisy, halved(pastOf(values))), truth)).toBeLessThan(0.5 * squaredError(noisy, truth))
})

test('a forecast as smooth as the grid is left as it is, and so is one with too little to compare it with', () => {
  const values = grid(3)
  const forecast = aheadOf(values.map((_, hour) => 300 + 80 * Math.cos((hour / 24) * 2 * Math.PI)))
  expect(withoutNoise(forecast, pastOf(values))).toBe(forecast)
  const noisy = aheadOf(values, (slot) => 40 * gaussian(3, 0, slot))
  for (const few of [[], pastOf(values).slice(-2), pastOf(values).slice(-47)]) expect(withoutNoise(noisy, few)).toBe(noisy)
  expect(withoutNoise([], pastOf(values))).toEqual([])
})

test('a grid measured in other steps, or one that never changes, is no help', () => {
  const noisy = aheadOf(grid(4), (slot) => 40 * gaussian(4, 0, slot))
  for (const past of [
    halved(pastOf(grid(4))),
    slots(
      Array.from({ length: WEEKS }, () => 200),
      -WEEKS,
    ),
  ])
    expect(withoutNoise(noisy, past)).toBe(noisy)
})

const halfDaily = [100, 100, 100].map((value, index) => ({ from: index * 12 * HOUR, to: (index + 1) * 12 * HOUR, value }))
const first = (value: number) => (slot: { from: number }) => (slot.from === 0 ? value : null)

test('an error that forecasts always make is taken off, and the one of this moment fades', () => {
  const usual = withItsErrors(halfDaily, { measured: first(110), pastErrors: () => Array.from({ length: 95 }, () => 10) })
  expect(usual.map(({ value }) => value)).toEqual([110, expect.closeTo(109.5 + 0.5 / Math.E), expect.closeTo(109.5 + 0.5 / Math.E ** 2)])
  const off = withItsErrors(halfDaily, { measured: first(150), pastErrors: () => [0, 0] })
  expect(off.map(({ value }) => value)).toEqual([150, expect.closeTo(100 + 50 / Math.E), expect.closeTo(100 + 50 / Math.E ** 2)])
})

test('the newest of what is measured counts', () => {
  const two = withItsErrors(halfDaily, { measured: ({ from }) => [150, 100][from / (12 * HOUR)] ?? null, pastErrors: () => [0] })
  expect(two.map(({ value }) => value)).toEqual([150, 100, 100])
})

test('without a past to judge it by, a forecast is taken at its word', () => {
  expect(withItsErrors(halfDaily, { measured: first(150), pastErrors: () => [] }).map(({ value }) => value)).toEqual([150, 100, 100])
  expect(withItsErrors([], { measured: () => 1, pastErrors: () => [0] })).toEqual([])
})

test('what is corrected never falls below nothing', () => {
  expect(withItsErrors(slots([5, 5]), { measured: () => null, pastErrors: () => [-50, -50] })[1]?.value).toBe(0)
})
