/** What a planner may expect of each hour, made of nothing but what was known then. */
import type { Slot } from '../../../../shared/domain/signal.ts'
import { withItsErrors, withoutNoise } from '../forecast/sharpen.ts'
import { type Foresight, HORIZON_HOURS, type HourSlot, hoursOf } from './arrivals.ts'
import { gaussian } from './noise.ts'
import { type ForecastTrace, HOUR_MS, type Hourly, type Issue, valueAt } from './traces.ts'

/** Makes a forecast as the product does: of half-hours from `now` to `to`, or none. Prices are in hundredths per kWh. */
export type OwnForecast = (input: {
  readonly measured: readonly Slot[]
  readonly prices: readonly Slot[]
  readonly now: number
  readonly to: number
}) => readonly { readonly from: number; readonly value: number }[] | null

const LEARNED_HOURS = 29 * 24
export const NOISE_SEED = 20_240_607

/** Tomorrow's prices are known from 12:00 UTC on, as in Europe. */
const pricesKnownTo = (hour: number): number => (Math.floor(hour / 24) + (hour % 24 >= 12 ? 2 : 1)) * 24

const PER_MWH_TO_MINOR_PER_KWH = 0.1
const asSlots = (hours: readonly HourSlot[], unit: number): readonly Slot[] =>
  hours.map(({ from, to, value }) => ({ from, to, value: value * unit, forecast: false }))

/** No carbon forecast at all: the hour that runs as it is measured, and the product's own forecast after it. */
export function ownForesight(truth: Hourly, prices: Hourly | null, forecast: OwnForecast): Foresight {
  return (hour) => {
    const points = forecast({
      measured: asSlots(hoursOf(truth, hour - LEARNED_HOURS, hour + 1), 1),
      prices: prices ? asSlots(hoursOf(prices, hour - LEARNED_HOURS, pricesKnownTo(hour)), PER_MWH_TO_MINOR_PER_KWH) : [],
      now: (hour + 1) * HOUR_MS,
      to: (hour + HORIZON_HOURS) * HOUR_MS,
    })
    const ahead: HourSlot[] = []
    if (!points) return []
    for (const [index, first] of points.entries()) {
      const second = points[index + 1]
      if (index % 2 === 0 && second) ahead.push({ from: first.from, to: first.from + HOUR_MS, value: (first.value + second.value) / 2 })
    }
    return [...hoursOf(truth, hour, hour + 1), ...ahead]
  }
}

/** The truth and a normal error on each hour; every arrival draws its own, once for each hour. `spread` in gCO2/kWh. */
export const noisyForesight =
  (truth: Hourly, spread: number): Foresight =>
  (arrival) => {
    const noisy = hoursOf(truth, arrival, arrival + HORIZON_HOURS).map((slot) => ({
      ...slot,
      value: slot.value + spread * gaussian(NOISE_SEED, arrival, slot.from / HOUR_MS),
    }))
    return withoutNoise(noisy, hoursOf(truth, arrival - LEARNED_HOURS, arrival))
  }

const TRACK_RECORD_DAYS = 28

/** What a published forecast got wrong in its last issues at the same lead, as far as that is measured by `now`. */
function errorsOf(earlier: readonly Issue[], actual: Hourly, now: number, lead: number): readonly number[] {
  return earlier.flatMap(({ issuedHour, values }) => {
    const error = issuedHour + lead < now ? valueAt(actual, issuedHour + lead) - (values[lead] ?? Number.NaN) : Number.NaN
    return Number.isNaN(error) ? [] : [error]
  })
}

/** The last published forecast with its usual errors; hours that it does not reach are expected to be as at the same time of its last day. */
export function publishedForesight({ issues, actual }: ForecastTrace): Foresight {
  return (hour) => {
    const index = issues.findLastIndex(({ issuedHour }) => issuedHour <= hour)
    const issue = issues[index]
    if (!issue) return []
    const earlier = issues.slice(0, index).filter(({ issuedHour }) => issuedHour >= issue.issuedHour - TRACK_RECORD_DAYS * 24)
    const leadOf = (at: number): number => {
      const lead = at - issue.issuedHour
      return lead - 24 * Math.max(0, Math.ceil((lead - issue.values.length + 1) / 24))
    }
    const expected = Array.from({ length: HORIZON_HOURS }, (_, ahead) => ({
      from: (hour + ahead) * HOUR_MS,
      to: (hour + ahead + 1) * HOUR_MS,
      value: issue.values[leadOf(hour + ahead)] ?? Number.NaN,
    }))
    const known = expected.filter(({ value }) => !Number.isNaN(value))
    return withItsErrors(known, {
      measured: ({ from, to }) => (from > hour * HOUR_MS ? null : (hoursOf(actual, from / HOUR_MS, to / HOUR_MS)[0]?.value ?? null)),
      pastErrors: ({ from }) => errorsOf(earlier, actual, hour, leadOf(from / HOUR_MS)),
    })
  }
}
