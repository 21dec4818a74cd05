import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { agreementOf } from './agreement.ts'

const among = (results: readonly string[], needed: number, atMost = 10) =>
  agreementOf({ results: results.length, areAlike: (a, b) => results[a] === results[b], needed, atMost })
/** Numbers that are alike if they are no more than 1 apart, which does not carry over. */
const near = (results: readonly number[], needed: number) =>
  agreementOf({ results: results.length, areAlike: (a, b) => Math.abs((results[a] ?? 0) - (results[b] ?? 0)) <= 1, needed, atMost: 10 })

test('as many as are needed agree, the first of them counts, and others differ', () => {
  expect(among(['a'], 2)).toEqual({ is: 'open', agree: 1 })
  expect(among(['x', 'a', 'y', 'a'], 2)).toEqual({ is: 'agreed', canonical: 1, verdicts: ['differs', 'agrees', 'differs', 'agrees'] })
  expect(among(['a', 'b', 'a', 'b'], 3)).toEqual({ is: 'open', agree: 2 })
  expect(among(['a', 'b', 'c'], 2, 3)).toEqual({ is: 'undecided', agree: 1 })
  expect(among(['a'], 1)).toEqual({ is: 'agreed', canonical: 0, verdicts: ['agrees'] })
})

test('with a tolerance all that count agree with each other, and one that agrees with some of them is neither right nor wrong', () => {
  expect(near([0, 1, 2], 3)).toEqual({ is: 'open', agree: 2 })
  expect(near([0, 2, 1], 2)).toEqual({ is: 'agreed', canonical: 0, verdicts: ['agrees', 'near', 'agrees'] })
  expect(near([5, 0, 2, 1, 0], 3)).toEqual({ is: 'agreed', canonical: 1, verdicts: ['differs', 'agrees', 'near', 'agrees', 'agrees'] })
})

test('exactly as many are right as are needed, each like each other one, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 5 }), (results, needed) => {
      const found = near(results, needed)
      if (found.is !== 'agreed') return
      const right = results.filter((_, place) => found.verdicts[place] === 'agrees')
      expect(right).toHaveLength(needed)
      expect(Math.max(...right) - Math.min(...right)).toBeLessThanOrEqual(1)
      for (const [place, result] of results.entries())
        expect(found.verdicts[place] === 'differs').toBe(found.verdicts[place] !== 'agrees' && right.every((one) => Math.abs(one - result) > 1))
    }),
    { numRuns: 300 },
  )
})
