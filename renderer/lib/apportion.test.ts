import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { apportion } from './apportion.ts'

test('thirds of a hundred are 34, 33 and 33', () => expect(apportion([1, 1, 1], 100)).toEqual([34, 33, 33]))
test('nothing in proportion to nothing', () => expect(apportion([0, 0], 100)).toEqual([0, 0]))

test('the parts add up to the whole, and none is a whole unit away from its share', () => {
  const day = fc.array(fc.integer({ min: 1, max: 86_400_000 }), { minLength: 1, maxLength: 26 })
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 1_440 }), (weights, whole) => {
      const shares = apportion(weights, whole)
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(whole)
      for (const [index, share] of shares.entries()) expect(Math.abs(share - ((weights[index] ?? 0) / total) * whole)).toBeLessThan(1 + 1e-9)
    }),
  )
})
