import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { priceOf } from './pay.ts'

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
