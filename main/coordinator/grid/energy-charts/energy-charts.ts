import type { z } from 'zod'
import type { Signal } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpAnswer, HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, liveSignal, nextIssue, perKWhFromPerMWh, rounded } from '../live-signal.ts'
import { DAY_AHEAD_AUCTION, nextLook } from '../local-time.ts'
import { measuredThenForecast } from '../measured-then-forecast.ts'
import { type ProviderApi, ask, readJson } from '../provider-answer.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import { PriceBody, PublicPowerBody, ShareForecastBody, isShare, saidIn } from './energy-charts-body.ts'
import { energyChartsZone } from './energy-charts-zones.ts'
import { stepsFrom } from './steps.ts'

const ENERGY_CHARTS_URL = 'https://api.energy-charts.info'
/** Limits are enforced with 429 but not published; a question a second is a guest's pace. */
export const ENERGY_CHARTS_MANNERS: Partial<HttpManners> = { spacingMs: 1_000, quotas: [{ requests: 30, perMs: 60_000 }], budgetMs: 15_000, timeoutMs: 5_000 }

const HOUR_MS = 3_600_000
const SHARE_OF_LOAD = 'Renewable share of load'
const ATTRIBUTION = 'energy-charts.info (Fraunhofer ISE)'

interface Deps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  readonly baseUrl?: string
}

interface Read<T> {
  readonly body: T
  readonly answer: HttpAnswer
}

/** `null` for 404, which is how the API says that it has no data. */
async function readOrNone<S extends z.ZodType>(api: ProviderApi, schema: S, path: string, abort: AbortSignal): Promise<Read<z.output<S>> | null> {
  const answer = await ask(api, path, abort)
  return answer.status === 404 ? null : { body: readJson(api, schema, answer), answer }
}

/** Starts are asked for on the hour, so that the step which holds `from` is in the answer. */
const spanOf = (from: number, to: number): string => `start=${minuteOf(Math.floor(from / HOUR_MS) * HOUR_MS)}&end=${minuteOf(to)}`
const minuteOf = (at: number): string => `${toIso(at).slice(0, 16)}Z`

/** Values by the starts of their steps: of two for one start the later counts. */
function slotsOf(seconds: readonly number[], values: readonly (number | null | undefined)[], forecast: boolean): readonly LiveSlot[] {
  const byStart = new Map(seconds.map((second, index) => [second * 1_000, values[index] ?? null]))
  const starts = [...byStart.keys()].toSorted((a, b) => a - b)
  return stepsFrom(starts).map((step) => ({ ...step, value: byStart.get(step.from) ?? null, forecast }))
}

/** The licence as the answer states it, after who may use it where that is not everyone. */
function priceAttribution(redistributable: boolean, stated: string | null | undefined): string {
  const free = redistributable && (!stated || /CC BY 4\.0/.test(stated))
  const licence = stated?.trim() || (free ? 'CC BY 4.0, Bundesnetzagentur | SMARD.de' : 'not to be passed on')
  return `${ATTRIBUTION}, ${free ? '' : 'private and internal use only: '}${licence}`.slice(0, 200)
}

async function priceOver(api: ProviderApi, query: SignalQuery, abort: AbortSignal): Promise<Signal | null> {
  const zone = energyChartsZone(query.zone)
  const read = zone && (await readOrNone(api, PriceBody, `/price?bzn=${zone.bzn}&${spanOf(query.from, query.to)}`, abort))
  if (!read) return null
  const { unix_seconds: seconds, price, license_info: licence } = read.body
  return liveSignal(query, {
    zone: query.zone,
    kind: 'price',
    price: { currency: 'EUR', market: 'wholesale' },
    source: `energy-charts day-ahead price, bidding zone ${zone.bzn}`,
    estimated: false,
    attribution: priceAttribution(zone.redistributable, licence),
    slots: slotsOf(
      seconds,
      price.map((value) => (value === null ? null : perKWhFromPerMWh(value))),
      false,
    ),
    answers: [read.answer],
  })
}

function measuredShares({ unix_seconds: seconds, production_types: types }: z.infer<typeof PublicPowerBody>): readonly LiveSlot[] {
  const shares = types.find(({ name }) => name === SHARE_OF_LOAD)?.data ?? []
  return slotsOf(
    seconds,
    shares.map((share) => (isShare(share) ? rounded(share, 1) : null)),
    false,
  )
}

/** What was measured, and beyond it the forecast, which begins today. */
async function sharesOver(api: ProviderApi, query: SignalQuery, { now, abort }: { now: number; abort: AbortSignal }): Promise<Signal | null> {
  const country = energyChartsZone(query.zone)?.country
  if (!country) return null
  const { from, to } = query
  const measured = from < now ? await readOrNone(api, PublicPowerBody, `/public_power?country=${country}&${spanOf(from, Math.min(to, now))}`, abort) : null
  const ahead = to > now ? await readOrNone(api, ShareForecastBody, `/ren_share_forecast?country=${country}`, abort) : null
  const past = measured ? measuredShares(measured.body) : []
  const future = ahead ? slotsOf(ahead.body.unix_seconds, ahead.body.ren_share, true) : []
  return liveSignal(query, {
    zone: query.zone,
    kind: 'renewableShare',
    source: 'energy-charts, renewable share of load',
    estimated: ahead?.body.substitute ?? false,
    attribution: `${ATTRIBUTION}, CC BY 4.0`,
    slots: measuredThenForecast(past, future),
    answers: [measured, ahead].flatMap((read) => (read ? [read.answer] : [])),
  })
}

/**
 * Client of energy-charts (Fraunhofer ISE, https://api.energy-charts.info, no key): day-ahead prices of bidding zones in cents per kWh,
 * final once published, and the renewable share of a country's load in percent, which exceeds 100 where more is produced than used.
 * Steps are quarter hours or hours; `issuedAt` is the time of receipt, since the API states none.
 */
export function createEnergyCharts({ http, clock, baseUrl = ENERGY_CHARTS_URL }: Deps): GridProvider {
  const api: ProviderApi = { name: 'The energy-charts API', baseUrl, http, saidIn }
  return {
    id: 'energy-charts',
    name: api.name,
    serves: (zone, kind) => (kind === 'price' && energyChartsZone(zone) !== null) || (kind === 'renewableShare' && energyChartsZone(zone)?.country != null),
    read: (query, abort) => (query.kind === 'price' ? priceOver(api, query, abort) : sharesOver(api, query, { now: clock.now(), abort })),
    nextIssueAt: (kind, at) => (kind === 'price' ? nextLook(DAY_AHEAD_AUCTION, at) : nextIssue(at, HALF_HOUR_MS)),
  }
}
