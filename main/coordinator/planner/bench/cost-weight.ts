import { chooseTime } from '../timing/choose.ts'
import type { Run } from '../timing/runs.ts'
import { type Weights, PRESETS, objectiveCurve, scalesOf } from '../timing/objective.ts'
import { hoursOf } from './arrivals.ts'
import { arrivalsIn, yearStart } from './rows.ts'
import { HOUR_MS, type Hourly, type Trace, valueAt } from './traces.ts'

type Saved = readonly [green: number, even: number, cheap: number]

export interface CostWeightRow {
  readonly series: string
  readonly zone: string
  readonly year: number
  /** What perfect foresight saves of carbon and of money with cost weights of 0, ½ and 1, the rest being carbon. */
  readonly carbonPct: Saved
  readonly costPct: Saved
}

const [LENGTH, SLACK] = [8, 24]
/** As far as an outlook reaches, which is what swings are judged by. */
const OUTLOOK_HOURS = 48
const FREE = { minRunMs: 0, restartMs: 0 }
const WEIGHTS: readonly Weights[] = [PRESETS.green, { carbon: 0.5, cost: 0.5, time: 0 }, PRESETS.cheap]

type Sums = [start: number, green: number, even: number, cheap: number]

/** Runs of the four plans: at once, for carbon alone, for both, and for money alone. */
function plansAt(trace: Hourly, prices: Hourly, arrival: number): readonly (readonly Run[])[] {
  const ahead = (series: Hourly) => hoursOf(series, arrival, arrival + OUTLOOK_HOURS).map((slot) => ({ ...slot, forecast: true }))
  const zone = { intensity: ahead(trace), prices: ahead(prices) }
  const scales = scalesOf([zone])
  const earliest = arrival * HOUR_MS
  const work = { earliest, latestEnd: earliest + (LENGTH + SLACK) * HOUR_MS, durationMs: LENGTH * HOUR_MS, pauses: FREE, progress: 'fresh' as const }
  const planned = WEIGHTS.map((weights) => chooseTime(objectiveCurve(zone, weights, { scales, since: earliest }), work).runs)
  return [[{ from: earliest, to: earliest + LENGTH * HOUR_MS }], ...planned]
}

function spent(series: Hourly, runs: readonly Run[]): number {
  let sum = 0
  for (const { from, to } of runs) for (let hour = from / HOUR_MS; hour < to / HOUR_MS; hour += 1) sum += valueAt(series, hour)
  return sum
}

const saved = ([start, green, even, cheap]: Sums): Saved => [100 * (1 - green / start), 100 * (1 - even / start), 100 * (1 - cheap / start)]

/**
 * Carbon and cost of an interruptible job of 8 h with 24 h of slack, arriving in every hour in which both series are known; `null` with fewer
 * than 500.
 */
export function costWeightRow(trace: Trace, prices: Hourly, year: number): CostWeightRow | null {
  const span = [yearStart(year), yearStart(year + 1)] as const
  const priced = new Set(arrivalsIn(prices, span, 0, LENGTH + SLACK))
  const arrivals = arrivalsIn(trace, span, 0, LENGTH + SLACK).filter((hour) => priced.has(hour))
  if (arrivals.length < 500) return null
  const [carbon, cost]: [Sums, Sums] = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]
  for (const arrival of arrivals)
    for (const [index, runs] of plansAt(trace, prices, arrival).entries()) {
      carbon[index as 0 | 1 | 2 | 3] += spent(trace, runs)
      cost[index as 0 | 1 | 2 | 3] += spent(prices, runs)
    }
  return { series: trace.series, zone: trace.zone, year, carbonPct: saved(carbon), costPct: saved(cost) }
}
