import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '../../shared/domain/energy/synthetic-load.fake.ts'
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

test('waits are spread evenly over all of [0, ceiling), at every attempt: full jitter, not a delay with noise', () => {
  fc.assert(
    fc.property(fc.nat({ max: 20 }), fc.nat(), (attempt, seed) => {
      const draw = seeded(seed)
      const ceiling = Math.min(30_000, 500 * 2 ** attempt)
      const waits = Array.from({ length: 2_000 }, () => backoffMs(attempt, draw()) / ceiling).toSorted((a, b) => a - b)
      // Kolmogorov–Smirnov against the uniform distribution: beyond 2.5/√n once in 250,000 fair samples, and rounding adds 1/500 at most.
      const distance = Math.max(...waits.map((wait, index) => Math.abs(wait - (index + 0.5) / waits.length)))
      expect(distance).toBeLessThan(2.5 / Math.sqrt(waits.length) + 1 / 500)
    }),
    { numRuns: 50 },
  )
})

test('a thousand nodes that lost one coordinator at the same moment do not come back at the same moment', () => {
  const draw = seeded(7)
  const perSecond = Array.from({ length: 60 }, () => 0)
  for (let node = 0; node < 1_000; node++) {
    // An outage of twenty seconds: each asks until it is answered.
    let at = 0
    for (let attempt = 0; at < 20_000; attempt++) at += 400 + backoffMs(attempt, draw())
    const second = Math.min(59, Math.floor((at - 20_000) / 1_000))
    perSecond[second] = (perSecond[second] ?? 0) + 1
  }
  expect(Math.max(...perSecond)).toBeLessThan(120)
})

test('chance stays in [0, 1) and is not one number', () => {
  const drawn = Array.from({ length: 200 }, random)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  expect(new Set(drawn).size).toBeGreaterThan(190)
})
