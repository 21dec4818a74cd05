/** What local clocks show in the grid areas that Windfall knows, by the area's name up to its first hyphen or in full. */
const TIME_ZONES: ReadonlyMap<string, string> = new Map([
  ['GB', 'Europe/London'],
  ['IE', 'Europe/Dublin'],
  ['PT', 'Europe/Lisbon'],
  ['ES', 'Europe/Madrid'],
  ['FR', 'Europe/Paris'],
  ['BE', 'Europe/Brussels'],
  ['NL', 'Europe/Amsterdam'],
  ['DE', 'Europe/Berlin'],
  ['CH', 'Europe/Zurich'],
  ['AT', 'Europe/Vienna'],
  ['IT', 'Europe/Rome'],
  ['PL', 'Europe/Warsaw'],
  ['NO', 'Europe/Oslo'],
  ['SE', 'Europe/Stockholm'],
  ['FI', 'Europe/Helsinki'],
  ['US-CAL-CISO', 'America/Los_Angeles'],
  ['US-NY-NYIS', 'America/New_York'],
  ['US-TEX-ERCO', 'America/Chicago'],
])

/** The IANA time zone of a grid area; `UTC` for one whose clocks Windfall does not know. */
export const timeZoneOf = (zone: string): string => TIME_ZONES.get(zone) ?? TIME_ZONES.get(zone.split('-')[0] ?? zone) ?? 'UTC'
