import type { Clock } from '../../kernel/clock.ts'
import { type HttpClient, type HttpManners, createHttpClient } from '../../kernel/http-client.ts'
import { createCarbonIntensity } from './carbon-intensity/carbon-intensity.ts'
import { carbonIntensityProvider } from './carbon-intensity/carbon-intensity-provider.ts'
import { EIA_MANNERS, createEia } from './eia/eia.ts'
import { ELECTRICITY_MAPS_MANNERS, createElectricityMaps } from './electricity-maps/electricity-maps.ts'
import { ELEXON_MANNERS, createElexon } from './elexon/elexon.ts'
import { ENERGY_CHARTS_MANNERS, createEnergyCharts } from './energy-charts/energy-charts.ts'
import { ENTSOE_MANNERS, createEntsoe } from './entsoe/entsoe.ts'
import { NESO_DATASTORE_MANNERS, NESO_MANNERS, createNeso } from './neso/neso.ts'
import { OCTOPUS_MANNERS, createOctopus } from './octopus/octopus.ts'
import { OPEN_METEO_MANNERS, createOpenMeteo } from './open-meteo/open-meteo.ts'
import type { GridProvider } from './provider.ts'
import { WATTTIME_MANNERS, createWattTime } from './watttime/watttime.ts'

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
}

/** Each provider has a client of its own, with the manners that it asks for. */
function keyed({ clock, keys }: Deps, http: (manners: Partial<HttpManners>) => HttpClient): readonly GridProvider[] {
  const { electricityMaps, entsoe, eia, wattTime } = keys
  return [
    ...(electricityMaps === null ? [] : [createElectricityMaps({ clock, key: electricityMaps, http: http(ELECTRICITY_MAPS_MANNERS) })]),
    ...(entsoe === null ? [] : [createEntsoe({ clock, key: entsoe, http: http(ENTSOE_MANNERS) })]),
    ...(eia === null ? [] : [createEia({ clock, key: eia, http: http(EIA_MANNERS) })]),
    ...(wattTime === null ? [] : [createWattTime({ clock, ...wattTime, http: http(WATTTIME_MANNERS) })]),
  ]
}

/** Every live source that is configured: those without a key always, the others where there is one. */
export function createProviders(deps: Deps) {
  const { clock, random, keys } = deps
  const http = (manners: Partial<HttpManners> = {}) => createHttpClient({ clock, random, manners })
  const carbonIntensity = createCarbonIntensity(http())
  const octopus = createOctopus({ clock, http: http(OCTOPUS_MANNERS) })
  const providers: readonly GridProvider[] = [
    carbonIntensityProvider(carbonIntensity),
    octopus,
    createNeso({ clock, http: http(NESO_MANNERS), datastore: http(NESO_DATASTORE_MANNERS) }),
    createElexon({ clock, http: http(ELEXON_MANNERS) }),
    createEnergyCharts({ clock, http: http(ENERGY_CHARTS_MANNERS) }),
    ...keyed(deps, http),
  ]
  return { providers, carbonIntensity, octopus, openMeteo: createOpenMeteo({ http: http(OPEN_METEO_MANNERS), key: keys.openMeteo }) }
}
