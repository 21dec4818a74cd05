/** The hosts of real clients, played in process: documented answers about a grid, and failures. Every request is counted. */
import { settlementDateOf } from '../../shared/domain/settlement-period.ts'
import type { Clock } from '../../main/kernel/clock.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { halfHourFloor } from '../../shared/domain/half-hours.ts'
import { chance, happening } from './chance.ts'
import { MARKS, expectedAt, measuredSlots, priceSlots, pricesKnownTo } from './publishing.ts'
import { DAY_MS, type Grid, HOUR_MS } from './series.ts'

export interface PlayedRequest {
  readonly host: string
  readonly path: string
  /** When it started, epoch ms. */
  readonly at: number
}

interface Playing {
  readonly clock: Clock
  readonly seed: number
  /** By zone; GB and DE are asked for. */
  readonly grids: ReadonlyMap<string, Grid>
}

const ODDS = { 'server-error': 0.05, 'too-many': 0.02, html: 0.02, truncated: 0.03, shape: 0.02, hang: 0.03, away: 0.01 }
const minute = (at: number): string => `${toIso(at).slice(0, 16)}Z`
const json = (body: unknown): Response => Response.json(body)
const half = (at: number) => ({ from: minute(at), to: minute(at + HALF_HOUR_MS) })

function halfHours(from: number, to: number): readonly number[] {
  const all: number[] = []
  for (let at = halfHourFloor(from); at < to; at += HALF_HOUR_MS) all.push(at)
  return all
}

function carbonIntensity(url: URL, grid: Grid, now: number): Response {
  const [, , first = '', second = ''] = url.pathname.startsWith('/regional') ? url.pathname.slice('/regional'.length).split('/') : url.pathname.split('/')
  const starts = halfHours(Date.parse(first), Date.parse(second))
  const known = measuredSlots(grid, { from: starts[0] ?? now, to: now }, now)
  const actualAt = (at: number): number | null => {
    const actual = known.find(({ from, to }) => from <= at && at + HALF_HOUR_MS <= Math.max(to, from + HALF_HOUR_MS))?.value ?? null
    return actual === null ? null : Math.round(actual)
  }
  const rows = starts.map((at) => ({ ...half(at), intensity: { forecast: expectedAt(grid, at, now), actual: actualAt(at), index: 'moderate' } }))
  if (!url.pathname.startsWith('/regional')) return json({ data: rows })
  const region = Number(url.pathname.split('/').at(-1))
  return json({
    data: [{ regionid: region, shortname: 'London', data: rows.map(({ intensity: { forecast }, ...row }) => ({ ...row, intensity: { forecast } })) }],
  })
}

/** Newest first now and then, and each value twice. */
function prices(url: URL, grid: Grid, now: number): Response {
  const [from, to] = [Date.parse(url.searchParams.get('start') ?? ''), Date.parse(url.searchParams.get('end') ?? '')]
  const knownTo = pricesKnownTo(grid.zone, 'Europe/Brussels', now)
  const slots = priceSlots(grid, { from, to: to + 1 }, knownTo)
  const list = chance('shuffled', grid.zone, Math.floor(now / HOUR_MS)) < 0.1 ? [...slots.toReversed(), ...slots] : slots
  const unknown = (at: number) => chance('no price', grid.zone, at) < 0.005
  return json({
    license_info: 'CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de',
    unix_seconds: list.map(({ from: at }) => at / 1_000),
    price: list.map(({ from: at, value }) => (unknown(at) || value === null ? null : 10 * (value + MARKS.wholesale))),
    unit: 'EUR / MWh',
    deprecated: false,
  })
}

function shares(url: URL, { zone }: Grid, now: number): Response {
  const shareAt = (at: number): number => Math.round(1_000 * chance('share', zone, at)) / 10
  if (url.pathname === '/ren_share_forecast') {
    const starts = halfHours(Math.floor(now / DAY_MS) * DAY_MS, now + DAY_MS)
    return json({ unix_seconds: starts.map((at) => at / 1_000), ren_share: starts.map(shareAt), substitute: false })
  }
  const starts = halfHours(Date.parse(url.searchParams.get('start') ?? ''), Math.min(now, Date.parse(url.searchParams.get('end') ?? '')))
  const data = starts.map((at) => (at > now - HOUR_MS ? null : shareAt(at)))
  return json({ unix_seconds: starts.map((at) => at / 1_000), production_types: [{ name: 'Renewable share of load', data }] })
}

function neso(url: URL, now: number): Response {
  const help = 'https://api.neso.energy/api/3/action/help_show'
  if (url.pathname.endsWith('/package_show')) {
    const name = url.searchParams.get('id') === 'daily-demand-update' ? 'Demand Data Update' : 'Day Ahead National Demand Forecast'
    return json({ help, success: true, result: { resources: [{ id: 'table-1', name, datastore_active: true, last_modified: toIso(now).replace('Z', '') }] } })
  }
  const days = Array.from({ length: 4 }, (_, index) => now - (index + 1) * DAY_MS)
  const records = days.flatMap((day) =>
    Array.from({ length: 46 }, (_, index) => ({
      SETTLEMENT_DATE: `${settlementDateOf(day)}T00:00:00`,
      SETTLEMENT_PERIOD: index + 1,
      FORECAST_ACTUAL_INDICATOR: 'A',
      ND: MARKS.demand + index,
    })),
  )
  return json({ help, success: true, result: { records: url.searchParams.has('filters') ? records : [], total: records.length } })
}

function weather(now: number): Response {
  const hours = Array.from({ length: 4 }, (_, index) => Math.floor(now / HOUR_MS) * HOUR_MS + index * HOUR_MS)
  const hourly = { time: hours.map((at) => toIso(at).slice(0, 16)), global_tilted_irradiance: hours.map(() => 200), temperature_2m: hours.map(() => 9) }
  const units = { time: 'iso8601', global_tilted_irradiance: 'W/m²', temperature_2m: '°C' }
  return json({ utc_offset_seconds: 0, timezone: 'UTC', hourly_units: units, hourly })
}

function documented(url: URL, { clock, grids }: Playing): Response {
  const now = clock.now()
  const [gb, de] = [grids.get('GB'), grids.get('DE')]
  if (url.host === 'api.carbonintensity.org.uk' && gb) return carbonIntensity(url, gb, now)
  if (url.host === 'api.energy-charts.info' && de) return url.pathname === '/price' ? prices(url, de, now) : shares(url, de, now)
  if (url.host === 'api.open-meteo.com') return weather(now)
  return url.host === 'api.neso.energy' ? neso(url, now) : new Response('', { status: 404 })
}

const hang = (signal: AbortSignal | null | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

async function broken(fault: keyof typeof ODDS, response: Response): Promise<Response> {
  const body = await response.text()
  const answers: Readonly<Record<Exclude<typeof fault, 'hang'>, () => Response>> = {
    'server-error': () => new Response('{"error":{"code":"500","message":"There was a problem"}}', { status: 500 }),
    'too-many': () => new Response('<html>Too many requests</html>', { status: 429, headers: { 'retry-after': '7' } }),
    html: () => new Response('<html>Maintenance</html>'),
    truncated: () => new Response(body.slice(0, body.length / 2)),
    shape: () => Response.json({ data: [{ from: 'yesterday' }] }),
    away: () => new Response('', { status: 302, headers: { location: 'https://elsewhere.example/' } }),
  }
  return fault === 'hang' ? response : answers[fault]()
}

/** `requests` lists what was asked, in order. One thing goes wrong per host at a time, for ten minutes. */
export function playHosts(playing: Playing) {
  const requests: PlayedRequest[] = []
  const fetch = async (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address)
    const at = playing.clock.now()
    requests.push({ host: url.host, path: url.pathname, at })
    const fault = happening(ODDS, chance('host', playing.seed, url.host, Math.floor(at / 600_000)))
    if (fault === 'hang') return hang(init.signal)
    const response = documented(url, playing)
    return fault ? broken(fault, response) : response
  }
  return { requests, fetch }
}
