/** The grid areas Windfall knows, by their Electricity Maps names; Great Britain also by the region numbers of its Carbon Intensity API. */

const GB_REGIONS = [
  'North Scotland',
  'South Scotland',
  'North West England',
  'North East England',
  'Yorkshire',
  'North Wales and Merseyside',
  'South Wales',
  'West Midlands',
  'East Midlands',
  'East England',
  'South West England',
  'South England',
  'London',
  'South East England',
  'England',
  'Scotland',
  'Wales',
] as const

/** `GB-01` to `GB-17` for region numbers 1 to 17. */
export const gbZone = (regionId: number): string => `GB-${String(regionId).padStart(2, '0')}`

/** Every known zone and what a person calls it. */
export const zoneNames: ReadonlyMap<string, string> = new Map([
  ['GB', 'Great Britain'],
  ...GB_REGIONS.map((name, index) => [gbZone(index + 1), name] as const),
  ['FR', 'France'],
  ['DE', 'Germany'],
  ['ES', 'Spain'],
  ['PT', 'Portugal'],
  ['NL', 'Netherlands'],
  ['BE', 'Belgium'],
  ['IT', 'Italy'],
  ['US-CAL-CISO', 'California'],
  ['US-NY-NYIS', 'New York'],
  ['US-TEX-ERCO', 'Texas'],
])

/** Zones that only live sources know, and what people call them. */
export const liveZoneNames: ReadonlyMap<string, string> = new Map([
  ['AT', 'Austria'],
  ['CH', 'Switzerland'],
  ['FI', 'Finland'],
  ['IE', 'Ireland'],
  ['IT-NO', 'North Italy'],
  ['NO-NO2', 'South-west Norway'],
  ['PL', 'Poland'],
  ['SE-SE3', 'Middle Sweden'],
])

/** The region number behind `GB-01` to `GB-17`; `null` for every other zone. */
export function gbRegionId(zone: string): number | null {
  if (!/^GB-\d{2}$/.test(zone) || !zoneNames.has(zone)) return null
  return Number(zone.slice(3))
}
