import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotonicMs } from '../../shared/units.ts'
import { untilMultiple } from './clock.ts'

test('loops that wait for the same multiples come to wake together, none of them much too soon or too late', () => {
  const everyMs = 10_000
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (mono) => {
      const ms = untilMultiple({ monotonic: () => monotonicMs(mono) }, everyMs)
      expect(ms).toBeGreaterThanOrEqual(everyMs / 2)
      expect(ms).toBeLessThanOrEqual(1.5 * everyMs)
      expect(Math.abs(((mono + ms + everyMs / 2) % everyMs) - everyMs / 2)).toBeLessThan(0.001)
    }),
  )
})
