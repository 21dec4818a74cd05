import { toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

type OpenMeteoFault = 'reason' | 'daily-limit' | 'null-values' | 'other-lengths' | 'local-time' | 'other-unit' | 'empty' | 'key-refused'

interface FakeOpenMeteo extends ProviderServer {
  readonly playOwn: (fault: OpenMeteoFault | null) => void
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The sun of the hour that ends at `hour` UTC: 0 at night, 600 W/m² between 12 and 13 o'clock. */
const irradianceAt = (hour: number): number => Math.max(0, 600 - 100 * Math.abs(hour - 13))

function documented({ query }: ProviderRequest, now: number, fault: OpenMeteoFault | null): ProviderReply {
  const midnight = now - (now % DAY_MS)
  const first = midnight - Number(query.get('past_days') ?? 0) * DAY_MS
  const last = midnight + Number(query.get('forecast_days') ?? 7) * DAY_MS
  const times = fault === 'empty' ? [] : Array.from({ length: (last - first) / HOUR_MS }, (_, index) => first + index * HOUR_MS)
  const hourOf = (at: number): number => (at / HOUR_MS) % 24
  const irradiance = times.map((at) => (fault === 'null-values' ? null : irradianceAt(hourOf(at))))
  return {
    body: {
      latitude: 52.52,
      longitude: 13.42,
      generationtime_ms: 0.2,
      utc_offset_seconds: fault === 'local-time' ? 3_600 : 0,
      timezone: 'UTC',
      hourly_units: { time: 'iso8601', global_tilted_irradiance: fault === 'other-unit' ? 'MJ/m²' : 'W/m²', temperature_2m: '°C' },
      hourly: {
        time: times.map((at) => toIso(at).slice(0, 16)),
        global_tilted_irradiance: fault === 'other-lengths' ? irradiance.slice(1) : irradiance,
        temperature_2m: times.map((at) => 10 + (hourOf(at) % 2)),
      },
    },
  }
}

function answer(request: ProviderRequest, now: number, fault: OpenMeteoFault | null): ProviderReply {
  if (request.path !== '/v1/forecast') return { status: 404, body: { error: true, reason: 'Not Found' } }
  if (fault === 'reason') return { status: 400, body: { error: true, reason: 'Latitude must be in range of -90 to 90°.' } }
  if (fault === 'daily-limit') return { status: 429, body: { error: true, reason: 'Daily API request limit exceeded. Please try again tomorrow.' } }
  if (fault === 'key-refused') return { status: 401, body: { error: true, reason: `The API key ${request.query.get('apikey')} is invalid.` } }
  return documented(request, now, fault)
}

/** Plays Open-Meteo as of `now`. */
export async function startFakeOpenMeteo(now: () => number): Promise<FakeOpenMeteo> {
  let fault: OpenMeteoFault | null = null
  const server = await startProviderServer((request) => answer(request, now(), fault))
  return { ...server, playOwn: (next) => (fault = next), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
