/** How each quantity is asked for and read. The stretch of everything but demand ends by now. */
import type { Signal } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import { type LiveSlot, issuedAtOf, liveSignal, meansBy, partsOf, perKWhFromPerMWh } from '../live-signal.ts'
import { settlementDateOf } from '../../../../shared/domain/settlement-period.ts'
import { DayAheadBody, FrequencyBody, FuelBody, MarketIndexBody, OutturnBody, SystemPriceBody } from './elexon-body.ts'
import { marketPrice, renewableShares } from './elexon-mix.ts'
import { type AskPages, type Stretch, queryOf, windowOf } from './elexon-request.ts'

const MINUTE_MS = 60_000
const FIVE_MINUTES_MS = 300_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The longest windows that the API takes: a day of frequency, a week of the rest. */
const WEEK_MS = 7 * DAY_MS
/** Up to here the mix is asked for in five-minute steps, beyond in half hours. */
const FINE_MIX_MS = 6 * HOUR_MS
/** A row is found by when it was published, which is after the stretch that it is about. */
const PUBLISHED_LATE_MS = HOUR_MS

export interface Question extends Stretch {
  readonly now: number
  readonly pages: AskPages
}

const halfHour = (from: number, value: number | null, forecast = false): LiveSlot => ({ from, to: from + HALF_HOUR_MS, value, forecast })
const publishTimes = (rows: readonly { publishTime?: number | null | undefined }[]) => rows.map(({ publishTime }) => publishTime)
const inGb = (now: number) => ({ zone: 'GB', attribution: `Contains BMRS data © Elexon Limited copyright and database right ${toIso(now).slice(0, 4)}` })
const GBP_WHOLESALE = { currency: 'GBP', market: 'wholesale' } as const

export async function readFrequency({ now, pages, ...stretch }: Question): Promise<Signal | null> {
  const paths = partsOf(stretch, DAY_MS).map((part) => `/datasets/FREQ?${windowOf(part, 'measurementDateTimeFrom', 'measurementDateTimeTo')}`)
  const { rows, answers } = await pages(FrequencyBody, paths)
  const readings = rows.map(({ measurementTime, frequency }) => ({ from: measurementTime, to: measurementTime + 15_000, value: frequency, forecast: false }))
  const stepMs = stretch.to - stretch.from <= DAY_MS ? MINUTE_MS : HALF_HOUR_MS
  return liveSignal(stretch, {
    ...inGb(now),
    kind: 'frequency',
    source: `Elexon Insights FREQ, means over ${stepMs / MINUTE_MS} min of readings every 15 s`,
    estimated: false,
    issuedAt: issuedAtOf(
      rows.map(({ measurementTime }) => measurementTime),
      answers,
    ),
    // A step that is not over has no mean yet.
    slots: meansBy(readings, stepMs).filter(({ to }) => to <= now),
    answers,
  })
}

export async function readDemand({ now, pages, ...stretch }: Question): Promise<Signal | null> {
  const past = { from: stretch.from, to: Math.min(stretch.to, now) }
  const paths = partsOf(past, WEEK_MS).map(
    ({ from, to }) => `/demand/outturn?${queryOf({ settlementDateFrom: settlementDateOf(from), settlementDateTo: settlementDateOf(to - 1) })}`,
  )
  const outturn = await pages(OutturnBody, paths)
  // This path takes no window: it answers with the newest issue, about the rest of today and tomorrow.
  const ahead = await pages(DayAheadBody, stretch.to > now ? [`/forecast/demand/day-ahead?${queryOf({})}`] : [])
  const national = ahead.rows.filter(({ boundary }) => (boundary ?? 'N') === 'N')
  const answers = [...outturn.answers, ...ahead.answers]
  return liveSignal(stretch, {
    ...inGb(now),
    kind: 'demand',
    source: 'Elexon Insights, initial national demand outturn and day-ahead forecast',
    estimated: false,
    issuedAt: issuedAtOf([...publishTimes(outturn.rows), ...publishTimes(national)], answers),
    slots: [
      ...national.map(({ startTime, nationalDemand }) => halfHour(startTime, nationalDemand, true)),
      ...outturn.rows.flatMap(({ startTime, initialDemandOutturn }) => (initialDemandOutturn === null ? [] : [halfHour(startTime, initialDemandOutturn)])),
    ],
    answers,
  })
}

export async function readRenewableShare({ now, pages, ...stretch }: Question): Promise<Signal | null> {
  const [dataset, stepMs] = stretch.to - stretch.from <= FINE_MIX_MS ? (['FUELINST', FIVE_MINUTES_MS] as const) : (['FUELHH', HALF_HOUR_MS] as const)
  const published = partsOf({ from: stretch.from, to: stretch.to + PUBLISHED_LATE_MS }, WEEK_MS)
  const paths = published.map((part) => `/datasets/${dataset}?${windowOf(part, 'publishDateTimeFrom', 'publishDateTimeTo')}`)
  const { rows, answers } = await pages(FuelBody, paths)
  return liveSignal(stretch, {
    ...inGb(now),
    kind: 'renewableShare',
    source: `Elexon Insights ${dataset}: wind, hydro and biomass of transmission demand, without embedded solar`,
    // Worked out from the mix, not stated by the provider.
    estimated: true,
    issuedAt: issuedAtOf(publishTimes(rows), answers),
    slots: renewableShares(rows, stepMs),
    answers,
  })
}

export async function readMarketPrice({ now, pages, ...stretch }: Question): Promise<Signal | null> {
  const paths = partsOf(stretch, WEEK_MS).map((part) => `/balancing/pricing/market-index?${windowOf(part, 'from', 'to')}`)
  const { rows, answers } = await pages(MarketIndexBody, paths)
  const byStart = Map.groupBy(rows, ({ startTime }) => startTime)
  return liveSignal(stretch, {
    ...inGb(now),
    kind: 'price',
    price: GBP_WHOLESALE,
    source: 'Elexon Insights, market index price of short-term trades (wholesale)',
    estimated: false,
    slots: [...byStart].map(([from, group]) => halfHour(from, perKWhOrNull(marketPrice(group)))),
    answers,
  })
}

export async function readSystemPrice({ now, pages, ...stretch }: Question): Promise<Signal | null> {
  const dates = new Set([...partsOf(stretch, DAY_MS).map(({ from }) => settlementDateOf(from)), settlementDateOf(stretch.to - 1)])
  const { rows, answers } = await pages(
    SystemPriceBody,
    [...dates].map((date) => `/balancing/settlement/system-prices/${date}?${queryOf({})}`),
  )
  return liveSignal(stretch, {
    ...inGb(now),
    kind: 'price',
    price: GBP_WHOLESALE,
    source: 'Elexon Insights, system price (imbalance settlement, wholesale)',
    estimated: false,
    issuedAt: issuedAtOf(
      rows.map(({ createdDateTime }) => createdDateTime),
      answers,
    ),
    slots: rows.map(({ startTime, systemBuyPrice, systemSellPrice }) => halfHour(startTime, perKWhOrNull(systemBuyPrice ?? systemSellPrice))),
    answers,
  })
}

const perKWhOrNull = (perMWh: number | null): number | null => (perMWh === null ? null : perKWhFromPerMWh(perMWh))
