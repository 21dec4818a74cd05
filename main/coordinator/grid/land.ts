export interface Coordinates {
  readonly latitude: number
  readonly longitude: number
}

/**
 * Zones by the land that their grid covers, as country-coder names it: by ISO 3166, or by Wikidata where a country is more than its grid.
 * Northern Ireland is on the Irish grid, and the Canary Islands, the Azores and others have their own.
 */
const LANDS: readonly (readonly [zone: string, land: string])[] = [
  ['GB', 'Q23666'],
  ['FR', 'FX'],
  ['DE', 'DE'],
  ['ES', 'Q16390686'],
  ['PT', 'Q2915956'],
  ['NL', 'Q55'],
  ['BE', 'BE'],
  ['IT', 'IT'],
]

/** Corsica counts as metropolitan France, and has a grid of its own. */
const isCorsica = ({ latitude, longitude }: Coordinates): boolean => latitude > 41.3 && latitude < 43.1 && longitude > 8.5 && longitude < 9.7

/** The zone whose grid covers the place, worked out on this machine; `null` outside of the eight European countries of which Windfall knows that. */
export async function zoneOfLand(place: Coordinates): Promise<string | null> {
  if (isCorsica(place)) return null
  // 30 MB of borders that hardly anybody asks for.
  const { isIn } = await import('@rapideditor/country-coder')
  return LANDS.find(([, land]) => isIn([place.longitude, place.latitude], land) === true)?.[0] ?? null
}
