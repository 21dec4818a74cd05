import type { SignalPoint } from '../../../../shared/contract/wire.ts'
import { halfHourFloor, halfHourStarts } from '../../../../shared/domain/half-hours.ts'
import type { Slot } from '../../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import { type HalfHourSeries, halfHourSeries } from './half-hour-series.ts'
import { observations } from './least-squares.ts'

const DAY_MS = 86_400_000
/** How fast today's departure from what was expected is forgotten. */
const FADE_MS = 12 * 3_600_000
/** A measurement older than this says too little about now. */
const LATEST_BEFORE_MS = 6 * 3_600_000
const LONGEST_LOOK_BACK_DAYS = 7
/** What the relation between price and intensity is learned from. */
export const LEARNING_MS = 28 * DAY_MS
/** A week of half hours: fewer teach the weekend wrongly. */
const FEWEST_OBSERVATIONS = 336

export type ForecastMethod = 'price-and-persistence' | 'persistence'

export interface ForecastInput {
  /** Measured intensity, gCO2/kWh, in order of time; what ends after now is not looked at. */
  readonly measured: readonly Slot[]
  /** Day-ahead prices as published by now, past ones included; empty where there are none. */
  readonly prices: readonly Slot[]
  /** Epoch milliseconds; the forecast covers `[half hour of now, to)`. */
  readonly now: number
  readonly to: number
}

export interface OwnForecast {
  readonly method: ForecastMethod
  readonly points: readonly SignalPoint[]
}

/** What a half hour is expected to be, from the half hour at the same time of an earlier day; `null` where that is unknown. */
type Expectation = (at: number, earlier: number) => number | null

/** The half hour at the same time of day as `at`, on the last day from that of `newest` back, that is known. */
function sameTimeKnown(series: HalfHourSeries, at: number, newest: number): number | null {
  const first = at - DAY_MS * Math.max(0, Math.ceil((at - newest) / DAY_MS))
  for (let earlier = first; earlier >= first - LONGEST_LOOK_BACK_DAYS * DAY_MS; earlier -= DAY_MS) if (series.at(earlier) !== null) return earlier
  return null
}

/** The published price, and where there is none yet that of the same time on the last day that has one. */
function priceAt(prices: HalfHourSeries, at: number): number | null {
  const known = sameTimeKnown(prices, at, at)
  return known === null ? null : prices.at(known)
}

/** The usual shape of a day, as two waves with a length of a day and of half a day. */
function timeOfDay(at: number): readonly number[] {
  const angle = (at / DAY_MS) * 2 * Math.PI
  return [Math.cos(angle), Math.sin(angle), Math.cos(2 * angle), Math.sin(2 * angle)]
}

/** What a half hour is expected from; `null` with a gap in it. */
function featuresOf(at: number, before: number | null, price: number | null, priceBefore: number | null): readonly number[] | null {
  return before === null || price === null || priceBefore === null ? null : [1, before, price, priceBefore, ...timeOfDay(at)]
}
const FEATURES = 8

/**
 * `intensity(t) = a + b·intensity(t − 1 day) + c·price(t) + d·price(t − 1 day) + shape of the day(t)`, least squares over the last 28 days;
 * `null` if they are too few. Without its shape, a day that says little about the next would be flattened with it.
 */
function learn(measured: HalfHourSeries, prices: HalfHourSeries): Expectation | null {
  const seen = observations(FEATURES)
  for (let at = measured.last; at > measured.last - LEARNING_MS; at -= HALF_HOUR_MS) {
    const value = measured.at(at)
    const features = featuresOf(at, measured.at(at - DAY_MS), prices.at(at), prices.at(at - DAY_MS))
    if (value !== null && features) seen.add(features, value)
  }
  const weights = seen.count() < FEWEST_OBSERVATIONS ? null : seen.solve()
  return (
    weights &&
    ((at, earlier) => {
      const features = featuresOf(at, measured.at(earlier), priceAt(prices, at), priceAt(prices, earlier))
      return features && features.reduce((sum, feature, index) => sum + feature * (weights[index] ?? 0), 0)
    })
  )
}

/** Every half hour as expected, shifted by how much the last measured one departs from its expectation; the shift fades. `null` with a gap. */
function expected(measured: HalfHourSeries, starts: readonly number[], expect: Expectation): readonly number[] | null {
  const { last } = measured
  const before = sameTimeKnown(measured, last, last - HALF_HOUR_MS)
  const foreseen = before === null ? null : expect(last, before)
  const departure = foreseen === null ? 0 : (measured.at(last) ?? 0) - foreseen
  const values: number[] = []
  for (const at of starts) {
    const earlier = sameTimeKnown(measured, at, last)
    const value = earlier === null ? null : expect(at, earlier)
    if (value === null) return null
    values.push(Math.max(0, value + departure * Math.exp(-Math.max(0, at - last) / FADE_MS)))
  }
  return values
}

const toPoint = (at: number, value: number): SignalPoint => ({
  from: toIso(at),
  to: toIso(at + HALF_HOUR_MS),
  value: Math.round(value * 10) / 10,
  forecast: true,
})

/**
 * Windfall's own forecast of average intensity, half hours, for zones whose providers only measure. Where a day-ahead price is published:
 * the same time yesterday, corrected by what prices and the time of day have meant in this zone over the last 28 days. Without one: the same
 * time yesterday. Either way today's departure from that is carried on and fades. `null` without a day of recent measurements.
 */
export function forecastIntensity({ prices, now, to, ...given }: ForecastInput): OwnForecast | null {
  const measured = halfHourSeries(given.measured.filter((slot) => slot.to <= now))
  if (now - measured.last - HALF_HOUR_MS > LATEST_BEFORE_MS) return null
  const starts = halfHourStarts(halfHourFloor(now), to)
  const learned = learn(measured, halfHourSeries(prices))
  const byPrice = learned && expected(measured, starts, learned)
  const values = byPrice ?? expected(measured, starts, (_, earlier) => measured.at(earlier))
  return values && { method: byPrice ? 'price-and-persistence' : 'persistence', points: starts.map((at, index) => toPoint(at, values[index] ?? 0)) }
}
