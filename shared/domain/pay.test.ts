import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { priceOf, pricesOf } from './pay.ts'

test('an hour costs the hourly price, half of it half, and fractions are rounded down', () => {
  const price = { microUsdPerHour: '250001', maxMicroUsd: '9000000' }
  expect([priceOf(price, 3_600_000), priceOf(price, 1_800_000), priceOf(price, 1.9), priceOf(price, 0)]).toEqual([250_001n, 125_000n, 0n, 0n])
})

test('no run costs more than was agreed, and a longer run never costs less', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 18n }).map(String)
  fc.assert(
    fc.property(amount, amount, fc.nat(604_800_000), fc.nat(604_800_000), (microUsdPerHour, maxMicroUsd, a, b) => {
      const price = { microUsdPerHour, maxMicroUsd }
      expect(priceOf(price, a + b)).toBeGreaterThanOrEqual(priceOf(price, a))
      expect(priceOf(price, a + b)).toBeLessThanOrEqual(BigInt(maxMicroUsd))
    }),
  )
})

test('what the runs of a job cost adds up to what all of it costs, and no run costs less than nothing', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(String)
  fc.assert(
    fc.property(amount, amount, fc.array(fc.nat(604_800_000), { maxLength: 12 }), (microUsdPerHour, maxMicroUsd, durations) => {
      const price = { microUsdPerHour, maxMicroUsd }
      const prices = pricesOf(price, durations)
      const whole = durations.reduce((sum, durationMs) => sum + durationMs, 0)
      expect(prices.reduce<bigint>((sum, one) => sum + one, 0n)).toBe(priceOf(price, whole))
      expect(prices.every((one) => one >= 0n)).toBe(true)
    }),
  )
})
