/** What energy-charts calls a zone. */
interface EnergyChartsZone {
  /** The bidding zone whose price stands for the zone: Germany is priced with Luxembourg, Italy by its north. */
  readonly bzn: string
  /** The country whose shares are told; `null` where the zone is only a part of one. */
  readonly country: string | null
  /**
   * Whether its prices may be passed on. These come from SMARD.de under CC BY 4.0; all others are for private and internal use only
   * (https://api.energy-charts.info, “price”), which an answer's licence text may narrow but never widen.
   */
  readonly redistributable: boolean
}

const zone = (bzn: string, country: string | null, redistributable = true): EnergyChartsZone => ({ bzn, country, redistributable })

const ZONES: ReadonlyMap<string, EnergyChartsZone> = new Map([
  ['FR', zone('FR', 'fr')],
  ['DE', zone('DE-LU', 'de')],
  ['ES', zone('ES', 'es', false)],
  ['PT', zone('PT', 'pt', false)],
  ['NL', zone('NL', 'nl')],
  ['BE', zone('BE', 'be')],
  ['IT', zone('IT-North', 'it')],
  ['IT-NO', zone('IT-North', null)],
  ['AT', zone('AT', 'at')],
  ['CH', zone('CH', 'ch')],
  ['CZ', zone('CZ', 'cz')],
  ['DK-DK1', zone('DK1', null)],
  ['DK-DK2', zone('DK2', null)],
  ['HU', zone('HU', 'hu')],
  ['NO-NO2', zone('NO2', null)],
  ['PL', zone('PL', 'pl')],
  ['SE-SE4', zone('SE4', null)],
  ['SI', zone('SI', 'si')],
])

export const energyChartsZone = (name: string): EnergyChartsZone | null => ZONES.get(name) ?? null
