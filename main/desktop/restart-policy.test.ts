import { array, assert, nat, property } from 'fast-check'
import { expect, test } from 'vitest'
import { restartWaitMs } from './restart-policy.ts'

test('each time within ten minutes it waits longer, and the fifth time it gives up', () => {
  const ends = [0, 5_000, 12_000, 60_000, 61_000]
  expect(ends.map((_, n) => restartWaitMs(ends.slice(0, n + 1)))).toEqual([1_000, 2_000, 4_000, 8_000, null])
})

test('a process that ends now and then is always started again', () => {
  const ends = Array.from({ length: 50 }, (_, n) => n * 150_001)
  expect(ends.map((_, n) => restartWaitMs(ends.slice(0, n + 1)))).not.toContain(null)
})

test('never sooner than after a second, and never later than after eight', () => {
  assert(
    property(array(nat(3_600_000), { minLength: 1, maxLength: 40 }), (moments) => {
      const wait = restartWaitMs(moments.toSorted((a, b) => a - b))
      return wait === null || (wait >= 1_000 && wait <= 8_000)
    }),
  )
})
