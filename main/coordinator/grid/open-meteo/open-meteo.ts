import type { Signal } from '../../../../shared/contract/wire.ts'
import { type SolarArray, photovoltaicWatts } from '../../../../shared/domain/photovoltaic.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import type { EpochMs } from '../../../../shared/units.ts'
import type { HttpAnswer, HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, liveSignal, nextIssue, rounded } from '../live-signal.ts'
import { type ProviderApi, ask, readJson, withQuery } from '../provider-answer.ts'
import { ForecastBody, saidByOpenMeteo } from './open-meteo-body.ts'

const FREE_URL = 'https://api.open-meteo.com'
const CUSTOMER_URL = 'https://customer-api.open-meteo.com'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** What anyone may ask without a key, for no profit. Customers may ask more, and have no need to. */
export const OPEN_METEO_MANNERS: Partial<HttpManners> = {
  quotas: [
    { requests: 600, perMs: MINUTE_MS },
    { requests: 5_000, perMs: HOUR_MS },
    { requests: 10_000, perMs: DAY_MS },
    { requests: 300_000, perMs: 30 * DAY_MS },
  ],
  timeoutMs: 8_000,
  budgetMs: 15_000,
}

/** An installation that feeds a home, and where it stands. */
export interface SolarSite extends SolarArray {
  /** Zone of the grid that the home is on. */
  readonly zone: string
  readonly latitude: number
  readonly longitude: number
  /** Degrees from flat, 0 to 90. */
  readonly tilt: number
  /** Degrees from south: 0 south, -90 east, 90 west, ±180 north. */
  readonly azimuth: number
}

export interface OpenMeteo {
  /**
   * Power of the site in W, hourly means from yesterday to the day after tomorrow, all of it modelled. The coordinates leave rounded to a
   * tenth of a degree, some ten kilometres, which the weather does not mind and which keeps the address at home. `null` where nothing is
   * known. Errors: `input.invalid` for a site that cannot be; `grid.unavailable`, `config.invalid` as for any provider; rejects with the
   * abort reason if `abort` aborts.
   */
  readonly solarForecast: (site: SolarSite, abort: AbortSignal) => Promise<Signal | null>
  /** The first moment after `at` when the weather models may say something new. */
  readonly nextIssueAt: (at: number) => EpochMs
}

interface OpenMeteoDeps {
  readonly http: HttpClient
  /** Of a customer; without one only private use is allowed. */
  readonly key: string | null
  readonly baseUrl?: string
}

const isWithin = (value: number, least: number, most: number): boolean => value >= least && value <= most

function checkSite({ latitude, longitude, tilt, azimuth, peakWatts, factor }: SolarSite): void {
  const fits = isWithin(latitude, -90, 90) && isWithin(longitude, -180, 180) && isWithin(tilt, 0, 90) && isWithin(azimuth, -180, 180)
  if (!fits || !isWithin(peakWatts, 0, 10_000_000) || !isWithin(factor, 0, 2))
    throw new WindfallError(
      'input.invalid',
      'A solar site needs a latitude of -90 to 90, a longitude of -180 to 180, a tilt of 0 to 90, an azimuth of -180 to 180 (0 is south, -90 east) and its peak power.',
    )
}

/** Irradiance is the mean of the hour before its time stamp; temperature belongs to the moment, so the hour has that of both its ends. */
function slotsOf(site: SolarSite, { hourly }: ForecastBody, receivedAt: number): readonly LiveSlot[] {
  const { time, global_tilted_irradiance: irradiance, temperature_2m: air } = hourly
  const airAt = new Map(time.map((at, index) => [at, air[index] ?? null]))
  return time.map((to, index) => {
    const [sun, before, after] = [irradiance[index] ?? null, airAt.get(to - HOUR_MS) ?? null, airAt.get(to) ?? null]
    const temperature = before !== null && after !== null ? (before + after) / 2 : (after ?? before)
    const value = sun === null || temperature === null ? null : rounded(photovoltaicWatts(site, { irradiance: Math.max(0, sun), temperature }), 1)
    return { from: to - HOUR_MS, to, value, forecast: to > receivedAt }
  })
}

function toSignal(site: SolarSite, answer: HttpAnswer, body: ForecastBody): Signal | null {
  return liveSignal(
    { from: -Infinity, to: Infinity },
    {
      zone: site.zone,
      kind: 'solar',
      source: 'Open-Meteo irradiance on the modules and air temperature, photovoltaic model of Windfall',
      estimated: true,
      attribution: 'Weather data by Open-Meteo.com, CC BY 4.0',
      slots: slotsOf(site, body, answer.receivedAt),
      answers: [answer],
    },
  )
}

/**
 * Client of Open-Meteo (https://open-meteo.com/en/docs). Without a key it asks the free host, which is for private use and not for who
 * earns with it; with a key the host for customers. `issuedAt` is the time of receipt.
 */
export function createOpenMeteo({ http, key, baseUrl = key === null ? FREE_URL : CUSTOMER_URL }: OpenMeteoDeps): OpenMeteo {
  const saidIn = (body: unknown) => (key === null ? saidByOpenMeteo(body) : (saidByOpenMeteo(body)?.replaceAll(key, '…') ?? null))
  const api: ProviderApi = { name: 'Open-Meteo', baseUrl, http, saidIn, ...(key !== null && { keySetting: 'WINDFALL_OPEN_METEO_KEY' }) }
  return {
    async solarForecast(site, abort) {
      abort.throwIfAborted()
      checkSite(site)
      const path = withQuery('/v1/forecast', {
        latitude: site.latitude.toFixed(1),
        longitude: site.longitude.toFixed(1),
        hourly: 'global_tilted_irradiance,temperature_2m',
        tilt: String(site.tilt),
        azimuth: String(site.azimuth),
        timezone: 'UTC',
        past_days: '1',
        forecast_days: '3',
        ...(key !== null && { apikey: key }),
      })
      const answer = await ask(api, path, abort)
      return toSignal(site, answer, readJson(api, ForecastBody, answer))
    },
    nextIssueAt: (at) => nextIssue(at, HOUR_MS),
  }
}
