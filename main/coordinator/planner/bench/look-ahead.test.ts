import { expect, test } from 'vitest'
import { fromIso } from '../../../../shared/units.ts'
import { forecastIntensity } from '../../grid/forecast/own-forecast.ts'
import { costCurve } from '../timing/cost-curve.ts'
import { type Foresight, type Mode, belowThreshold, hoursOf, planOnce, replan, startAtArrival, trailingPercentile } from './arrivals.ts'
import { type OwnForecast, noisyForesight, ownForesight, publishedForesight } from './foresight.ts'
import { gaussian } from './noise.ts'
import { type ForecastTrace, HOUR_MS, type Hourly, valueAt } from './traces.ts'

const FIRST = Date.UTC(2023, 0, 1) / HOUR_MS
const DAYS = 45
const NOW = FIRST + 35 * 24 + 9

/** A year's worth of days with a rhythm and weather. */
const series = (seed: number, level: number): Hourly => ({
  firstHour: FIRST,
  values: Float64Array.from({ length: DAYS * 24 }, (_, hour) => level * (1 + 0.3 * Math.cos((hour / 24) * 2 * Math.PI) + 0.1 * gaussian(seed, 1, hour))),
})
/** The same up to and including the hour `now`, and anything after it. */
const scrambled = ({ firstHour, values }: Hourly, now: number): Hourly => ({
  firstHour,
  values: values.map((value, index) => (firstHour + index > now ? 900 * Math.abs(gaussian(99, 2, index)) : value)),
})

const forecast: OwnForecast = (input) => forecastIntensity(input)?.points.map(({ from, value }) => ({ from: fromIso(from), value: value ?? 0 })) ?? null
const intensity = series(1, 200)
const prices = series(2, 90)
const issued = (actual: Hourly): ForecastTrace => ({
  zone: 'GB',
  actual,
  issues: Array.from({ length: DAYS - 3 }, (_, day) => {
    const issuedHour = FIRST + day * 24
    return { issuedHour, values: Float64Array.from({ length: 72 }, (_, lead) => valueAt(intensity, issuedHour + lead) + 15 * gaussian(3, day, lead)) }
  }),
})

test.each<readonly [string, (truth: Hourly) => Foresight]>([
  ['own, with prices known by the day', (truth) => ownForesight(truth, prices, forecast)],
  ['own, without prices', (truth) => ownForesight(truth, null, forecast)],
  ['published', (truth) => publishedForesight(issued(truth))],
])('%s: the future can be anything, and nothing is expected otherwise', (_, foresight) => {
  for (const hour of [NOW - 5, NOW]) expect(foresight(scrambled(intensity, NOW))(hour)).toEqual(foresight(intensity)(hour))
  expect(foresight(scrambled(intensity, NOW))(NOW + 1)).not.toEqual(foresight(intensity)(NOW + 1))
  expect(foresight(intensity)(NOW).length).toBeGreaterThan(48)
})

test('prices that are not published yet are not seen', () => {
  const known = ownForesight(intensity, prices, forecast)
  const tomorrow = FIRST + 36 * 24 - 1
  expect(ownForesight(intensity, scrambled(prices, tomorrow), forecast)(NOW)).toEqual(known(NOW))
  const noon = NOW + 3
  expect(ownForesight(intensity, scrambled(prices, tomorrow), forecast)(noon)).not.toEqual(known(noon))
  expect(ownForesight(intensity, scrambled(prices, tomorrow + 24), forecast)(noon)).toEqual(known(noon))
})

test('an issue is not seen before its hour, and the noise of an arrival is drawn once', () => {
  const later = issued(intensity)
  const changed = { ...later, issues: later.issues.map((issue) => (issue.issuedHour > NOW ? { ...issue, values: issue.values.map(() => 1) } : issue)) }
  expect(publishedForesight(changed)(NOW)).toEqual(publishedForesight(later)(NOW))
  const noisy = noisyForesight(intensity, 20)
  expect(noisy(NOW)).toEqual(noisy(NOW))
  expect(noisy(NOW).at(1)?.value).not.toBeCloseTo(noisy(NOW + 1).at(0)?.value ?? 0)
})

test('a noisy forecast is told by the weeks before it and by its own 72 hours, and by nothing after them', () => {
  const said = noisyForesight(intensity, 20)(NOW)
  expect(noisyForesight(scrambled(intensity, NOW + 71), 20)(NOW)).toEqual(said)
  expect(noisyForesight(scrambled(intensity, NOW + 70), 20)(NOW)).not.toEqual(said)
  const lastWeek: Hourly = { ...intensity, values: intensity.values.map((value, index) => (index > NOW - FIRST - 60 && index < NOW - FIRST ? 100 : value)) }
  expect(noisyForesight(lastWeek, 20)(NOW)).not.toEqual(said)
})

test.each<Mode>(['interruptible', 'contiguous'])('%s: what a policy has done by an hour does not depend on what follows', (mode) => {
  const shape = { length: 8, slack: 24, mode }
  const arrival = NOW - 10
  /** Ones up to and including `NOW`, nothing after: a job's grams become the hours that it has run by then. */
  const counting: Hourly = { firstHour: FIRST, values: intensity.values.map((_, index) => (FIRST + index > NOW ? 0 : 1)) }
  const ran = (truth: Hourly) => {
    const own = ownForesight(truth, prices, forecast)
    return replan(counting, shape, arrival, (hour) => costCurve(own(hour))).grams
  }
  expect(ran(scrambled(intensity, NOW))).toBe(ran(intensity))
  const threshold = trailingPercentile(intensity, 30, 168)
  expect(trailingPercentile(scrambled(intensity, NOW), 30, 168).values.slice(0, 845)).toEqual(threshold.values.slice(0, 845))
})

test('perfect foresight is the limit, and no policy ends late', () => {
  const threshold = trailingPercentile(intensity, 30, 168)
  const own = ownForesight(intensity, prices, forecast)
  for (const mode of ['interruptible', 'contiguous'] as const)
    for (const arrival of [NOW, NOW + 7, NOW + 20]) {
      const shape = { length: 4, slack: 12, mode }
      const limit = planOnce(intensity, shape, arrival, costCurve(hoursOf(intensity, arrival, arrival + 72)))
      const others = [
        replan(intensity, shape, arrival, (hour) => costCurve(own(hour))),
        belowThreshold(intensity, shape, arrival, (hour) => valueAt(threshold, hour)),
        belowThreshold(intensity, shape, arrival, () => 0),
      ]
      for (const { grams, inTime } of others) {
        expect(inTime).toBe(true)
        expect(grams).toBeGreaterThanOrEqual(limit.grams - 1e-9)
      }
      expect(limit.grams).toBeLessThanOrEqual(startAtArrival(intensity, shape, arrival))
    }
})

test('the percentile is linear between ranks', () => {
  const ramp: Hourly = { firstHour: 0, values: Float64Array.from({ length: 12 }, (_, index) => index) }
  expect(trailingPercentile(ramp, 30, 10).values.slice(9)).toEqual(Float64Array.of(Number.NaN, 2.7, 3.7))
})
