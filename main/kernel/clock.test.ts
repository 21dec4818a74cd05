import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotonicMs } from '../../shared/units.ts'
import { systemClock, untilMultiple } from './clock.ts'

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

test('the clock that counts sleep goes on as the other one does while nothing sleeps', () => {
  const [before, awake] = [systemClock.sinceBoot(), systemClock.monotonic()]
  expect(before).toBeGreaterThan(0)
  const apart = systemClock.sinceBoot() - before - (systemClock.monotonic() - awake)
  // Some systems tell it in whole seconds.
  expect(Math.abs(apart)).toBeLessThan(5_000)
})
