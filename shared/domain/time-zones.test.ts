import { expect, test } from 'vitest'
import { liveZoneNames, zoneNames } from './zones.ts'
import { timeZoneOf } from './time-zones.ts'

test.each([
  ['GB-13', 'Europe/London'],
  ['IT-NO', 'Europe/Rome'],
  ['US-NY-NYIS', 'America/New_York'],
  ['ZA', 'UTC'],
  ['US-NW-BPAT', 'UTC'],
])('the clocks of %s are those of %s', (zone, timeZone) => expect(timeZoneOf(zone)).toBe(timeZone))

test('every area that Windfall knows by itself has clocks', () => {
  for (const zone of [...zoneNames.keys(), ...liveZoneNames.keys()]) {
    expect(timeZoneOf(zone)).toMatch(/^(?:Europe|America)\//)
    expect(() => new Intl.DateTimeFormat('en', { timeZone: timeZoneOf(zone) })).not.toThrow()
  }
})
