import type { Signal } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, issuedAtOf, liveSignal, nextIssue, perKWhFromPerMWh } from '../live-signal.ts'
import { DAY_AHEAD_AUCTION, nextLook } from '../local-time.ts'
import { measuredThenForecast } from '../measured-then-forecast.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import type { TimeSeries } from './entsoe-body.ts'
import { type Ask, type Parameters, type Read, type Stretch, asker } from './entsoe-request.ts'
import { slotsOf } from './entsoe-series.ts'
import { entsoeZone } from './entsoe-zones.ts'
import { type ByType, byCell, intensityOf, overMix, renewableShareOf } from './generation-mix.ts'

const ENTSOE_URL = 'https://web-api.tp.entsoe.eu'
/** The platform bans a token for ten minutes after 400 requests in one minute, and takes its time to answer. */
export const ENTSOE_MANNERS: Partial<HttpManners> = {
  spacingMs: 200,
  quotas: [{ requests: 300, perMs: 60_000 }],
  timeoutMs: 20_000,
  budgetMs: 40_000,
  maxBytes: 2_097_152,
}

const HOUR_MS = 3_600_000
/** Some operators report what ran this late; until then the forecast stands. */
const LATEST_REPORT_MS = 6 * HOUR_MS
const NAME = 'The ENTSO-E Transparency Platform'
const ATTRIBUTION = 'ENTSO-E Transparency Platform, data of the transmission system operators and power exchanges'

interface Deps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  /** The security token; it travels in the address and appears nowhere else. */
  readonly key: string
  readonly baseUrl?: string
}

const REALISED = 'A16'
const DAY_AHEAD = 'A01'

const generation = (area: string): Parameters => ({ documentType: 'A75', processType: REALISED, in_Domain: area })
const windAndSolarAhead = (area: string): Parameters => ({ documentType: 'A69', processType: DAY_AHEAD, in_Domain: area })
const load = (area: string, processType: string): Parameters => ({ documentType: 'A65', processType, outBiddingZone_Domain: area })

const isDayAheadInEuro = (series: TimeSeries): boolean =>
  series['currency_Unit.name'] === 'EUR' && series['price_Measure_Unit.name'] === 'MWH' && (series['contract_MarketAgreement.type'] ?? DAY_AHEAD) === DAY_AHEAD

const isPower = (series: TimeSeries): boolean => (series['quantity_Measure_Unit.name'] ?? 'MAW') === 'MAW'
const powerIn = (read: Read | null, span: Stretch): readonly LiveSlot[] => slotsOf(read?.series.filter(isPower) ?? [], 'quantity', span)

/** Generation only: what pumps and batteries take in is told in the same document. */
function byType(read: Read | null, span: Stretch): ByType {
  const generated = (read?.series ?? []).filter((series) => isPower(series) && series['inBiddingZone_Domain.mRID'] !== undefined)
  const groups = Map.groupBy(generated, ({ MktPSRType: type }) => type?.psrType ?? 'unknown')
  return new Map([...groups].map(([type, series]) => [type, slotsOf(series, 'quantity', span)]))
}

const answersOf = (reads: readonly (Read | null)[]) => {
  const answers = reads.flatMap((read) => read?.answers ?? [])
  return {
    answers,
    issuedAt: issuedAtOf(
      reads.flatMap((read) => read?.createdAt ?? []),
      answers,
    ),
  }
}

const beforeNow = ({ from, to }: Stretch, now: number): Stretch | null => (from < now ? { from, to: Math.min(to, now) } : null)
const afterNow = ({ from, to }: Stretch, now: number): Stretch | null => (to > now ? { from: Math.max(from, now - LATEST_REPORT_MS), to } : null)

/** A day at least, so that a type which has stopped reporting is missed. */
const dayTo = ({ from, to }: Stretch): Stretch => ({ from: Math.min(from, to - 24 * HOUR_MS), to })

/** One question: what is asked, at what time, until when the asker waits. */
interface Question {
  readonly send: Ask
  readonly query: SignalQuery
  readonly now: number
  readonly abort: AbortSignal
}

async function priceOver({ send, query, abort }: Question, eic: string): Promise<Signal | null> {
  const read = await send({ documentType: 'A44', 'contract_MarketAgreement.type': DAY_AHEAD, in_Domain: eic, out_Domain: eic }, query, abort)
  const slots = slotsOf(read?.series.filter(isDayAheadInEuro) ?? [], 'price.amount', query)
  return liveSignal(query, {
    zone: query.zone,
    kind: 'price',
    price: { currency: 'EUR', market: 'wholesale' },
    source: `ENTSO-E day-ahead price, bidding zone ${eic}`,
    estimated: false,
    attribution: ATTRIBUTION,
    slots: slots.map((slot) => ({ ...slot, value: slot.value === null ? null : perKWhFromPerMWh(slot.value) })),
    ...answersOf([read]),
  })
}

async function averageOver({ send, query, now, abort }: Question, area: string): Promise<Signal | null> {
  const past = beforeNow(query, now)
  if (!past) return null
  const read = await send(generation(area), dayTo(past), abort)
  return liveSignal(query, {
    zone: query.zone,
    kind: 'average',
    basis: 'lifecycle',
    source: 'ENTSO-E generation by type × IPCC life-cycle medians (2014, oil 2011), imports not counted',
    estimated: true,
    attribution: ATTRIBUTION,
    slots: overMix(byType(read, dayTo(past)), intensityOf),
    ...answersOf([read]),
  })
}

const shareSlots = (types: ByType, loads: readonly LiveSlot[]): readonly LiveSlot[] => {
  const loadAt = byCell(loads)
  return overMix(types, (mix, cell) => renewableShareOf(mix, loadAt.get(cell)))
}

/** Ahead only wind and solar are forecast, so the share ahead is a lower bound. */
async function shareOver({ send, query, now, abort }: Question, area: string): Promise<Signal | null> {
  const [past, ahead] = [beforeNow(query, now), afterNow(query, now)]
  const generated = past && (await send(generation(area), dayTo(past), abort))
  const used = generated && past && (await send(load(area, REALISED), past, abort))
  const expected = ahead && (await send(windAndSolarAhead(area), ahead, abort))
  const needed = expected && ahead && (await send(load(area, DAY_AHEAD), ahead, abort))
  return liveSignal(query, {
    zone: query.zone,
    kind: 'renewableShare',
    source: 'ENTSO-E generation by type over load; ahead, wind and solar forecasts over load forecast',
    estimated: true,
    attribution: ATTRIBUTION,
    slots: measuredThenForecast(
      shareSlots(past ? byType(generated, dayTo(past)) : new Map(), powerIn(used, query)),
      shareSlots(byType(expected, query), powerIn(needed, query)),
    ),
    ...answersOf([generated, used, expected, needed]),
  })
}

async function demandOver({ send, query, now, abort }: Question, area: string): Promise<Signal | null> {
  const [past, ahead] = [beforeNow(query, now), afterNow(query, now)]
  const used = past && (await send(load(area, REALISED), past, abort))
  const needed = ahead && (await send(load(area, DAY_AHEAD), ahead, abort))
  return liveSignal(query, {
    zone: query.zone,
    kind: 'demand',
    source: 'ENTSO-E total load; ahead, day-ahead load forecast',
    estimated: false,
    attribution: ATTRIBUTION,
    slots: measuredThenForecast(powerIn(used, query), powerIn(needed, query)),
    ...answersOf([used, needed]),
  })
}

const KINDS: ReadonlySet<string> = new Set(['price', 'average', 'renewableShare', 'demand'])

/**
 * Client of the ENTSO-E Transparency Platform (https://transparency.entsoe.eu, REST API with a security token, XML): day-ahead prices in cents
 * per kWh, final once published; total load in MW with its day-ahead forecast; and, derived from generation by type and therefore
 * estimated, average life-cycle intensity of what is produced in the zone, and renewables as percent of load. `issuedAt` is when the
 * platform made the document, or the time of receipt.
 */
export function createEntsoe({ http, clock, key, baseUrl = ENTSOE_URL }: Deps): GridProvider {
  const api = { name: NAME, baseUrl, http, key, headers: { accept: 'application/xml' }, saidIn: () => null, keySetting: 'WINDFALL_ENTSOE_KEY' }
  const send = asker(api)
  return {
    id: 'entsoe',
    name: NAME,
    serves: (zone, kind) => KINDS.has(kind) && entsoeZone(zone) !== null,
    async read(query, abort) {
      const zone = entsoeZone(query.zone)
      if (!zone) return null
      const question = { send, query, now: clock.now(), abort }
      if (query.kind === 'price') return priceOver(question, zone.price)
      if (query.kind === 'average') return averageOver(question, zone.area)
      return query.kind === 'demand' ? demandOver(question, zone.area) : shareOver(question, zone.area)
    },
    nextIssueAt: (kind, at) => (kind === 'price' ? nextLook(DAY_AHEAD_AUCTION, at) : nextIssue(at, HALF_HOUR_MS)),
  }
}
