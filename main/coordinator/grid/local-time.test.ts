import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toIso } from '../../../shared/units.ts'
import { DAY_AHEAD_AUCTION, minuteOfDay, nextLook, nextMinuteOfDay } from './local-time.ts'

test('a minute of the local day is found ahead within a day and an hour, whatever the clocks do', () => {
  const instant = fc.integer({ min: Date.parse('2025-01-01') / 1_000, max: Date.parse('2027-12-31') / 1_000 }).map((second) => second * 1_000)
  fc.assert(
    fc.property(instant, fc.constantFrom('Europe/London', 'Europe/Brussels', 'UTC'), fc.constantFrom(0, 16 * 60, 12 * 60 + 45), (at, zone, minute) => {
      const next = nextMinuteOfDay(zone, minute, at)
      expect(minuteOfDay(zone, next)).toBe(minute)
      expect(next).toBeGreaterThan(at)
      expect(next - at).toBeLessThanOrEqual(25 * 3_600_000)
    }),
  )
})

test.each([
  ['2026-01-10T00:00:00Z', '2026-01-10T11:45:00.000Z'],
  ['2026-07-10T10:44:59Z', '2026-07-10T10:45:00.000Z'],
  ['2026-07-10T10:45:00Z', '2026-07-10T11:00:00.000Z'],
  ['2026-07-10T16:10:00Z', '2026-07-10T17:00:00.000Z'],
  ['2026-03-29T00:30:00Z', '2026-03-29T10:45:00.000Z'],
  ['2026-10-25T00:30:00Z', '2026-10-25T11:45:00.000Z'],
])('after %s the auction is looked for at %s', (at, next) => {
  expect(toIso(nextLook(DAY_AHEAD_AUCTION, Date.parse(at)))).toBe(next)
})
