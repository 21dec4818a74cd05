import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'
import { random } from './random.ts'

test('a wait is anywhere from nothing to a ceiling that doubles up to its limit, however often it failed', () => {
  fc.assert(
    fc.property(fc.nat({ max: 5_000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, chance) => {
      const ms = backoffMs(attempt, chance)
      expect(ms).toBeGreaterThanOrEqual(0)
      expect(ms).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** Math.min(attempt, 6)))
    }),
  )
  expect([0, 1, 2, 5, 6, 60].map((attempt) => backoffMs(attempt, 0.999_999))).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000])
  expect(backoffMs(9, 0)).toBe(0)
  expect(backoffMs(3, 0.5, { baseMs: 10, maxMs: 50 })).toBe(25)
})

test('chance stays in [0, 1) and is not one number', () => {
  const drawn = Array.from({ length: 200 }, random)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  expect(new Set(drawn).size).toBeGreaterThan(190)
})
