import { expect, test } from 'vitest'
import { numpyRandom } from './numpy-random.ts'

// Expected: NumPy 2.4.6, `default_rng(0)` and `default_rng(12345)`.
test('draws what NumPy draws', () => {
  const random = numpyRandom(0)
  const cells = random.multinomial(3_387, 262)
  expect(cells.slice(0, 8)).toEqual([14, 11, 7, 6, 16, 18, 14, 15])
  expect(cells.slice(-3)).toEqual([12, 10, 7])
  expect(cells.reduce((sum, count, index) => sum + count * index, 0)).toBe(434_790)
  expect(random.integers(16, 10)).toEqual([11, 5, 9, 12, 11, 3, 6, 5, 11, 6])
  expect(random.integers(172, 5)).toEqual([72, 93, 99, 19, 159])
  expect(numpyRandom(12_345).integers(1_000, 6)).toEqual([699, 227, 788, 316, 204, 797])
})
