import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, fromIso, monotonicMs, toIso } from './units.ts'

test.each([
  ['epoch milliseconds', epochMs],
  ['monotonic milliseconds', monotonicMs],
])('%s are finite and never negative', (name, of) => {
  expect([of(0), of(0.25), of(Number.MAX_SAFE_INTEGER)]).toEqual([0, 0.25, Number.MAX_SAFE_INTEGER])
  for (const wrong of [-1, -Number.MIN_VALUE, NaN, Infinity, -Infinity]) expect(() => of(wrong)).toThrow(name)
})

test('a time goes to text and back without a loss', () => {
  fc.assert(fc.property(fc.nat({ max: 4_102_444_800_000 }), (at) => fromIso(toIso(at)) === at))
  expect(toIso(1_795_789_800_000)).toBe('2026-11-27T14:30:00.000Z')
  expect(() => fromIso('soon')).toThrow(/soon/)
})
