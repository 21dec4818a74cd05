import type { Signal, SignalKind } from '../../../../shared/contract/wire.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpAnswer, HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, issuedAtOf, liveSignal, meansBy, nextIssue, partsOf, rounded } from '../live-signal.ts'
import { createPlanLimits } from '../plan-limits.ts'
import { readJson, withQuery } from '../provider-answer.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import { IndexBody, RegionBody, SeriesBody } from './watttime-body.ts'
import { createWattTimeSession } from './watttime-session.ts'

const WATTTIME_URL = 'https://api.watttime.org'
/** 3,000 requests in five minutes are allowed; logins, of which 100 are, are spaced by the session. */
export const WATTTIME_MANNERS: Partial<HttpManners> = { quotas: [{ requests: 3_000, perMs: 300_000 }], timeoutMs: 8_000, budgetMs: 15_000 }

const NAME = 'WattTime'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const FIVE_MINUTES_MS = 300_000
const LONGEST_HISTORY_MS = 32 * DAY_MS
const LONGEST_FORECAST_HOURS = 72
/** Longer stretches are told in half hours, because a signal holds 2,000 points. */
const LONGEST_FINE_MS = 6 * DAY_MS
const GRAMS_PER_KWH = 0.453592

/** WattTime divides these grids; the region that stands for the whole is the one of its largest cities or of the free account. */
const REGIONS: ReadonlyMap<string, string> = new Map([
  ['US-CAL-CISO', 'CAISO_NORTH'],
  ['US-NY-NYIS', 'NYISO_NYC'],
  ['US-TEX-ERCO', 'ERCOT_NORTHCENTRAL'],
])

type SignalType = 'co2_moer' | 'co2_aoer'
const TYPES: Readonly<Partial<Record<SignalKind, SignalType>>> = { marginal: 'co2_moer', average: 'co2_aoer' }

interface WattTime extends GridProvider {
  /** The region around a place, or `null` outside of all. The coordinates leave rounded to a tenth of a degree. Errors as `read`. */
  readonly regionAt: (place: { readonly latitude: number; readonly longitude: number }, abort: AbortSignal) => Promise<{ region: string; name: string } | null>
  /** How dirty the margin is now among the last weeks, 0 (cleanest) to 100; free for every region. `null` for an unknown zone. Errors as `read`. */
  readonly marginalPercentile: (zone: string, abort: AbortSignal) => Promise<{ percentile: number; at: number } | null>
}

interface WattTimeDeps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly user: string
  readonly password: string
  readonly baseUrl?: string
}

interface Page {
  readonly answer: HttpAnswer
  readonly body: SeriesBody
  readonly forecast: boolean
}

/** Of a zone in a region, of one type. */
interface Asked {
  readonly region: string
  readonly type: SignalType
  readonly abort: AbortSignal
}

const slotsOf = ({ body: { data, meta }, forecast }: Page): readonly LiveSlot[] =>
  data.map(({ point_time, value }) => ({
    from: point_time,
    to: point_time + meta.data_point_period_seconds * 1_000,
    value: value === null ? null : rounded(value * GRAMS_PER_KWH, 3),
    forecast,
  }))

/** A half hour of which only the beginning is known has no mean yet. */
const halfHours = (slots: readonly LiveSlot[], now: number): readonly LiveSlot[] =>
  meansBy(slots, HALF_HOUR_MS).filter(({ to, forecast }) => forecast || to <= now)

interface Reading {
  readonly query: SignalQuery
  readonly pages: readonly Page[]
  readonly now: number
}

function toSignal({ query, pages, now }: Reading, { region, type }: Asked): Signal | null {
  const answers = pages.map(({ answer }) => answer)
  const slots = pages.flatMap(slotsOf)
  return liveSignal(query, {
    zone: query.zone,
    kind: query.kind,
    basis: 'direct',
    source: `WattTime ${type} of ${region}, a part of the zone, from lbs/MWh`,
    estimated: false,
    attribution: 'WattTime (https://watttime.org), not for redistribution',
    issuedAt: issuedAtOf(
      pages.map(({ body }) => body.meta.generated_at),
      answers,
    ),
    slots: query.to - query.from > LONGEST_FINE_MS ? halfHours(slots, now) : slots,
    answers,
  })
}

function checkSeries(body: SeriesBody, { region, type }: Asked): SeriesBody {
  const { meta } = body
  if (meta.region !== region || meta.signal_type !== type)
    throw new WindfallError('grid.unavailable', `${NAME} answered for another region or signal than the one asked for.`)
  if (meta.units !== 'lbs_co2_per_mwh') throw new WindfallError('grid.unavailable', `${NAME} answered in an unknown unit. Windfall may need an update.`)
  return body
}

/** Series of a region, past and ahead. Errors as `GridProvider.read`. */
function createSeries({ clock, ...deps }: WattTimeDeps & { baseUrl: string }) {
  const session = createWattTimeSession({ clock, ...deps })
  const plan = createPlanLimits(clock, NAME)
  const page = async (path: string, parameters: Readonly<Record<string, string>>, asked: Asked): Promise<Page> => {
    const { region, type, abort } = asked
    const feature = `the region ${region}`
    if (plan.excludes(feature)) throw plan.errorOf(feature)
    const answer = await session.get(withQuery(path, { region, signal_type: type, ...parameters }), abort)
    if (answer.status === 403) {
      plan.refuse(feature)
      throw plan.errorOf(feature)
    }
    return { answer, body: checkSeries(readJson(session.api, SeriesBody, answer), asked), forecast: path === '/v3/forecast' }
  }
  const pages = async ({ from, to }: SignalQuery, asked: Asked): Promise<readonly Page[]> => {
    const now = clock.now()
    const found: Page[] = []
    const hours = Math.min(LONGEST_FORECAST_HOURS, Math.ceil((to - now) / HOUR_MS))
    // The average has no forecast.
    if (hours > 0 && asked.type === 'co2_moer') found.push(await page('/v3/forecast', { horizon_hours: String(hours) }, asked))
    for (const part of partsOf({ from, to: Math.min(to, now) }, LONGEST_HISTORY_MS))
      found.push(await page('/v3/historical', { start: toIso(part.from), end: toIso(part.to) }, asked))
    return found
  }
  return { session, pages }
}

/**
 * Client of WattTime v3 (https://docs.watttime.org): marginal intensity (co2_moer; the past and 72 hours ahead) and average intensity
 * (co2_aoer; the past) of generation, direct emissions, gCO2/kWh from lbs/MWh × 0.453592, five-minute steps, half hours beyond six days.
 * A region that the account does not include is asked for once a day. `issuedAt` is `generated_at`.
 */
export function createWattTime({ baseUrl = WATTTIME_URL, ...deps }: WattTimeDeps): WattTime {
  const { session, pages } = createSeries({ baseUrl, ...deps })
  return {
    id: 'watttime',
    name: NAME,
    serves: (zone, kind) => REGIONS.has(zone) && kind in TYPES,
    async read(query, abort) {
      abort.throwIfAborted()
      const [region, type] = [REGIONS.get(query.zone), TYPES[query.kind]]
      if (!region || !type) return null
      const asked = { region, type, abort }
      return toSignal({ query, pages: await pages(query, asked), now: deps.clock.now() }, asked)
    },
    nextIssueAt: (_, at) => nextIssue(at, FIVE_MINUTES_MS),
    async regionAt({ latitude, longitude }, abort) {
      if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw new WindfallError('input.invalid', 'Latitude is -90 to 90 and longitude -180 to 180.')
      const place = { latitude: latitude.toFixed(1), longitude: longitude.toFixed(1), signal_type: 'co2_moer' }
      const answer = await session.get(withQuery('/v3/region-from-loc', place), abort)
      if (answer.status === 404) return null
      const { region, region_full_name } = readJson(session.api, RegionBody, answer)
      return { region, name: region_full_name ?? region }
    },
    async marginalPercentile(zone, abort) {
      const region = REGIONS.get(zone)
      if (!region) return null
      const { data, meta } = readJson(session.api, IndexBody, await session.get(withQuery('/v3/signal-index', { region, signal_type: 'co2_moer' }), abort))
      const [now] = data
      if (meta.region !== region || meta.units !== 'percentile')
        throw new WindfallError('grid.unavailable', `${NAME} answered for another region than the one asked for.`)
      return now ? { percentile: now.value, at: now.point_time } : null
    },
  }
}
