import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gaussian } from './bench/noise.ts'
import { withItsErrors, withoutNoise } from './sharpen.ts'

const slots = (values: readonly number[], first = 0) => values.map((value, index) => ({ from: first + index, to: first + index + 1, value }))
const day = (count: number, error: (slot: number) => number = () => 0) =>
  slots(Array.from({ length: count }, (_, slot) => 200 + 80 * Math.cos((slot / 24) * 2 * Math.PI) + error(slot)))
const squaredError = (found: readonly { value: number }[], truth: readonly { value: number }[]) =>
  found.reduce((sum, { value }, index) => sum + (value - (truth[index]?.value ?? 0)) ** 2, 0)

test('independent errors are averaged out as far as the grid is smooth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (seed) => {
      const noisy = day(72, (slot) => 20 * gaussian(seed, 0, slot))
      expect(squaredError(withoutNoise(noisy, day(168)), day(72))).toBeLessThan(0.75 * squaredError(noisy, day(72)))
    }),
  )
})

test('a forecast as rough as the grid is left as it is, and so is one with nothing to compare it with', () => {
  const forecast = day(72)
  expect(withoutNoise(forecast, day(168))).toBe(forecast)
  expect(withoutNoise(forecast, slots([100, 300, 100, 300]))).toBe(forecast)
  expect(withoutNoise(forecast, slots([1, 2]))).toBe(forecast)
  expect(withoutNoise([], day(168))).toEqual([])
})

test('smoothing does not reach over a gap', () => {
  const apart = [...slots([100, 400, 100]), ...slots([1_000], 9)]
  expect(withoutNoise(apart, day(168)).at(-1)).toEqual(apart.at(-1))
})

const HOUR = 3_600_000
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
