/** How much of what a planner could save with perfect foresight it keeps with a forecast. */
import { type ForecastMethod, forecastIntensity } from '../../main/coordinator/grid/forecast/own-forecast.ts'
import { halfHourSeries } from '../../main/coordinator/grid/forecast/half-hour-series.ts'
import type { Slot } from '../../shared/domain/signal.ts'
import { fromIso } from '../../shared/units.ts'
import { DAY_MS, type Grid, HOUR_MS, type Hourly, endOf, valueAt } from './series.ts'

const JOB_HOURS = 8
const SLACK_HOURS = 24
const WINDOW_HOURS = JOB_HOURS + SLACK_HOURS
const LEARNED_FROM_MS = 29 * DAY_MS

/** What is expected of each hour from the running one on, which is known; `null` where nothing is. */
type Forecaster = (grid: Grid, hour: number) => readonly number[] | null

/** Europe's rule, roughly: tomorrow's prices are known from 12:00 UTC. */
const pricesKnownTo = (hour: number): number => (Math.floor(hour / DAY_MS) + ((hour / HOUR_MS) % 24 >= 12 ? 2 : 1)) * DAY_MS

function slotsOf(series: Hourly, from: number, to: number): readonly Slot[] {
  const slots: Slot[] = []
  for (let at = from; at < to; at += HOUR_MS) {
    const value = valueAt(series, at)
    if (value !== null) slots.push({ from: at, to: at + HOUR_MS, value, forecast: false })
  }
  return slots
}

/** The product's own forecast, with the running hour as measured. */
const own =
  (method: ForecastMethod): Forecaster =>
  ({ intensity, price }, hour) => {
    const [from, now] = [hour - LEARNED_FROM_MS, hour + HOUR_MS]
    const prices = method === 'persistence' || !price ? [] : slotsOf(price, from, pricesKnownTo(hour))
    const made = forecastIntensity({ measured: slotsOf(intensity, from, now), prices, now, to: hour + WINDOW_HOURS * HOUR_MS })
    if (!made) return null
    const slots = made.points.map(({ from, to, value }) => ({ from: fromIso(from), to: fromIso(to), value: value ?? 0, forecast: true }))
    const series = halfHourSeries(slots)
    const ahead = Array.from({ length: WINDOW_HOURS - 1 }, (_, index) => series.at(hour + (index + 1) * HOUR_MS))
    return [valueAt(intensity, hour) ?? 0, ...ahead.map((value) => value ?? 0)]
  }

function standardized(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1
  return values.map((value) => (value - mean) / spread)
}

/** Persistence and price in equal parts, each by how far it departs from its mean over the window: a rank, not grams. */
const blend: Forecaster = (grid, hour) => {
  const level = own('persistence')(grid, hour)
  if (!level || !grid.price) return null
  const knownTo = pricesKnownTo(hour)
  const prices: number[] = []
  for (let index = 0; index < WINDOW_HOURS; index += 1) {
    let at = hour + index * HOUR_MS
    while (at >= hour - 7 * DAY_MS && (at >= knownTo || valueAt(grid.price, at) === null)) at -= DAY_MS
    const price = valueAt(grid.price, at)
    if (price === null) return null
    prices.push(price)
  }
  const byPrice = standardized(prices)
  return standardized(level).map((value, index) => value + (byPrice[index] ?? 0))
}

const FORECASTERS = { own: own('price-and-persistence'), persistence: own('persistence'), blend } as const
export type Rival = keyof typeof FORECASTERS

export interface Quality {
  /** Grams saved by replanning each hour, as a share of what perfect foresight saves, %. */
  readonly kept: number
  /** Of the 24 h ahead, gCO2/kWh; `null` for a rank, which has no grams. */
  readonly meanAbsoluteError: number | null
  readonly arrivals: number
}

/** The true hours of the window and the forecasts made in each, or `null` with a gap. */
function windowAt(intensity: Hourly, forecasts: ReadonlyMap<number, readonly number[]>, arrival: number) {
  const truth: number[] = []
  const seen: (readonly number[])[] = []
  for (let at = arrival; at < arrival + WINDOW_HOURS * HOUR_MS; at += HOUR_MS) {
    const [value, forecast] = [valueAt(intensity, at), forecasts.get(at)]
    if (value === null || !forecast) return null
    truth.push(value)
    seen.push(forecast)
  }
  return { truth, seen }
}

/** Runs in an hour if it is among the best of those left, as they are expected then, or if none may be missed any more. */
function replanned({ truth, seen }: NonNullable<ReturnType<typeof windowAt>>): number {
  let [left, grams] = [JOB_HOURS, 0]
  for (const [hour, value] of truth.entries()) {
    const [now = 0, ...later] = (seen[hour] ?? []).slice(0, WINDOW_HOURS - hour)
    const better = later.filter((other) => other < now).length
    if (left === 0 || better >= left) continue
    grams += value
    left -= 1
  }
  return grams
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function errorOf({ intensity }: Grid, forecasts: ReadonlyMap<number, readonly number[]>): number {
  let [total, count] = [0, 0]
  for (const [hour, forecast] of forecasts)
    for (let ahead = 1; ahead <= 24; ahead += 1) {
      const [truth, said] = [valueAt(intensity, hour + ahead * HOUR_MS), forecast[ahead]]
      if (truth === null || said === undefined) continue
      total += Math.abs(said - truth)
      count += 1
    }
  return total / count
}

/** A job of 8 h that may wait and pause arrives in every hour of `[from, to)`, epoch ms, and must be done 32 h later. */
export function forecastQuality(grid: Grid, rival: Rival, { from, to }: { from: number; to: number }): Quality {
  const forecasts = new Map<number, readonly number[]>()
  for (let hour = from; hour < Math.min(to, endOf(grid.intensity)); hour += HOUR_MS) {
    const forecast = valueAt(grid.intensity, hour) === null ? null : FORECASTERS[rival](grid, hour)
    if (forecast) forecasts.set(hour, forecast)
  }
  let [atOnce, best, kept, arrivals] = [0, 0, 0, 0]
  for (const arrival of forecasts.keys()) {
    const window = windowAt(grid.intensity, forecasts, arrival)
    if (!window) continue
    atOnce += sum(window.truth.slice(0, JOB_HOURS))
    best += sum(window.truth.toSorted((a, b) => a - b).slice(0, JOB_HOURS))
    kept += replanned(window)
    arrivals += 1
  }
  return { kept: (100 * (atOnce - kept)) / (atOnce - best), meanAbsoluteError: rival === 'blend' ? null : errorOf(grid, forecasts), arrivals }
}
