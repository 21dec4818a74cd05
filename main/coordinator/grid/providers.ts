import { liveZoneNames, zoneNames } from '../../../shared/domain/zones.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type HttpClient, type HttpManners, createHttpClient } from '../../kernel/http-client.ts'
import { type CarbonIntensity, createCarbonIntensity } from './carbon-intensity/carbon-intensity.ts'
import { carbonIntensityProvider } from './carbon-intensity/carbon-intensity-provider.ts'
import { EIA_MANNERS, createEia } from './eia/eia.ts'
import { ELECTRICITY_MAPS_MANNERS, createElectricityMaps } from './electricity-maps/electricity-maps.ts'
import { ELEXON_MANNERS, createElexon } from './elexon/elexon.ts'
import { ENERGY_CHARTS_MANNERS, createEnergyCharts } from './energy-charts/energy-charts.ts'
import { ENTSOE_MANNERS, createEntsoe } from './entsoe/entsoe.ts'
import { NESO_DATASTORE_MANNERS, NESO_MANNERS, createNeso } from './neso/neso.ts'
import { OCTOPUS_MANNERS, type Octopus, createOctopus } from './octopus/octopus.ts'
import { OPEN_METEO_MANNERS, createOpenMeteo } from './open-meteo/open-meteo.ts'
import type { GridProvider } from './provider.ts'
import { WATTTIME_MANNERS, createWattTime } from './watttime/watttime.ts'
import { type ZoneDirectory, createZoneDirectory, onlyIn } from './zone-directory.ts'

/** Keys of providers that need one; `null` leaves the provider out. Secrets: they go into requests and nowhere else. */
export interface ProviderKeys {
  readonly electricityMaps: string | null
  readonly entsoe: string | null
  readonly eia: string | null
  readonly wattTime: { readonly user: string; readonly password: string } | null
  readonly openMeteo: string | null
}

interface Deps {
  readonly clock: Clock
  readonly random: () => number
  readonly keys: ProviderKeys
  readonly onFailed: (zone: string, message: string) => void
}

interface LiveSources {
  /** Those of signals by zone. */
  readonly providers: readonly GridProvider[]
  readonly carbonIntensity: CarbonIntensity
  readonly octopus: Octopus
  /** `null` without a key. */
  readonly electricityMaps: Pick<ReturnType<typeof createElectricityMaps>, 'zoneAt'> | null
  readonly openMeteo: ReturnType<typeof createOpenMeteo>
  readonly directory: ZoneDirectory
}

type Http = (manners: Partial<HttpManners>) => HttpClient

/** Each provider has a client of its own, with the manners that it asks for. */
function keyed({ clock, keys }: Deps, http: Http): readonly GridProvider[] {
  const { entsoe, eia, wattTime } = keys
  return [
    ...(entsoe === null ? [] : [createEntsoe({ clock, key: entsoe, http: http(ENTSOE_MANNERS) })]),
    ...(eia === null ? [] : [createEia({ clock, key: eia, http: http(EIA_MANNERS) })]),
    ...(wattTime === null ? [] : [createWattTime({ clock, ...wattTime, http: http(WATTTIME_MANNERS) })]),
  ]
}

/**
 * Every live source that is configured: those without a key always, the others where there is one. Which zones there are beyond
 * Windfall's own is told by Electricity Maps, where it is configured.
 */
export function createProviders(deps: Deps): LiveSources {
  const { clock, random, keys, onFailed } = deps
  const http = (manners: Partial<HttpManners> = {}) => createHttpClient({ clock, random, manners })
  const carbonIntensity = createCarbonIntensity(http())
  const octopus = createOctopus({ clock, http: http(OCTOPUS_MANNERS) })
  const electricityMaps =
    keys.electricityMaps === null ? null : createElectricityMaps({ clock, key: keys.electricityMaps, http: http(ELECTRICITY_MAPS_MANNERS) })
  const directory = createZoneDirectory({ clock, list: electricityMaps?.zones ?? null, onFailed: (message) => onFailed('every zone', message) })
  const isListed = (zone: string) => zoneNames.has(zone) || liveZoneNames.has(zone) || directory.names().has(zone)
  const providers: readonly GridProvider[] = [
    carbonIntensityProvider(carbonIntensity),
    octopus,
    createNeso({ clock, http: http(NESO_MANNERS), datastore: http(NESO_DATASTORE_MANNERS) }),
    createElexon({ clock, http: http(ELEXON_MANNERS) }),
    createEnergyCharts({ clock, http: http(ENERGY_CHARTS_MANNERS) }),
    ...(electricityMaps ? [electricityMaps] : []),
    ...keyed(deps, http),
  ].map((provider) => onlyIn(provider, isListed))
  return {
    providers,
    carbonIntensity,
    octopus,
    electricityMaps,
    directory,
    openMeteo: createOpenMeteo({ http: http(OPEN_METEO_MANNERS), key: keys.openMeteo }),
  }
}
