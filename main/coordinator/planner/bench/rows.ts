/** The figures of the benchmark: one row for each series, year, length and policy. */
import { type CostCurve, costCurve } from '../timing/cost-curve.ts'
import {
  type Foresight,
  HORIZON_HOURS,
  LENGTHS,
  type Mode,
  type Outcome,
  type Shape,
  belowThreshold,
  hoursOf,
  planOnce,
  replan,
  startAtArrival,
  trailingPercentile,
} from './arrivals.ts'
import { type OwnForecast, noisyForesight, ownForesight, publishedForesight } from './foresight.ts'
import { type ForecastTrace, type Hourly, type Trace, valueAt } from './traces.ts'

export type Policy = 'noise10' | 'noForecast' | 'carboncast' | 'threshold30'

export interface BenchRow {
  readonly series: string
  readonly zone: string
  readonly year: number
  readonly L: number
  readonly S: number
  readonly mode: Mode
  readonly policy: Policy
  readonly arrivals: number
  readonly savingPct: number
  /** What perfect foresight would have saved, interrupted or not like the job. */
  readonly limitPct: number
  readonly capture: number
  readonly deadlineMisses: number
}

const WEEK_HOURS = 168
const FEWEST_ARRIVALS = 500
const MODES = ['interruptible', 'contiguous'] as const
export const yearStart = (year: number): number => Date.UTC(year) / 3_600_000

/** Years of which a series knows something. */
export const yearsOf = ({ firstHour, values }: Hourly): readonly number[] => {
  const [first, last] = [firstHour, firstHour + values.length - 1].map((hour) => new Date(hour * 3_600_000).getUTCFullYear())
  return Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, index) => (first ?? 0) + index)
}

/** Hours of `[from, to)` with nothing unknown from `before` hours earlier to `after` hours later. */
export function arrivalsIn(truth: Hourly, [from, to]: readonly [number, number], before: number, after: number): readonly number[] {
  const found: number[] = []
  let known = 0
  for (let hour = from - before; hour < to + after; hour += 1) {
    known = Number.isNaN(valueAt(truth, hour)) ? 0 : known + 1
    const arrival = hour + 1 - after
    if (known >= before + after && arrival >= from && arrival < to) found.push(arrival)
  }
  return found
}

/** Makes each answer once: all jobs that wait in an hour see the same. */
function remembered<T>(make: (hour: number) => T): (hour: number) => T {
  const kept = new Map<number, T>()
  return (hour) => {
    const known = kept.get(hour)
    if (known !== undefined) return known
    const made = make(hour)
    kept.set(hour, made)
    return made
  }
}

const curves = (foresight: Foresight): ((hour: number) => CostCurve) => remembered((hour) => costCurve(foresight(hour)))

type Play = (shape: Shape, arrival: number) => Outcome

interface Field {
  readonly series: string
  readonly zone: string
  readonly truth: Hourly
  readonly span: readonly [number, number]
  readonly year: number
  readonly history: number
  /** Only arrivals at these hours, where given. */
  readonly at?: ReadonlySet<number>
}

interface Sums {
  grams: number
  misses: number
}

function rowsFor({ truth, span, history, at, ...about }: Field, plays: ReadonlyMap<Policy, Play>): readonly BenchRow[] {
  const perfect = curves((hour) => hoursOf(truth, hour, hour + HORIZON_HOURS))
  return LENGTHS.flatMap(({ length, slack }) => {
    const arrivals = arrivalsIn(truth, span, history, length + slack).filter((hour) => at?.has(hour) ?? true)
    if (arrivals.length < (at ? 1 : FEWEST_ARRIVALS)) return []
    return MODES.flatMap((mode) => {
      const shape = { length, slack, mode }
      const total = (play: Play): Sums => {
        const sums = { grams: 0, misses: 0 }
        for (const arrival of arrivals) {
          const { grams, inTime } = play(shape, arrival)
          sums.grams += grams
          sums.misses += inTime ? 0 : 1
        }
        return sums
      }
      const base = arrivals.reduce((sum, arrival) => sum + startAtArrival(truth, shape, arrival), 0)
      const savingPct = (grams: number) => 100 * (1 - grams / base)
      const limitPct = savingPct(total((_, arrival) => planOnce(truth, shape, arrival, perfect(arrival))).grams)
      return [...plays].map(([policy, play]): BenchRow => {
        const { grams, misses } = total(play)
        const saved = savingPct(grams)
        return {
          ...about,
          L: length,
          S: slack,
          mode,
          policy,
          arrivals: arrivals.length,
          savingPct: saved,
          limitPct,
          capture: limitPct > 0 ? saved / limitPct : 1,
          deadlineMisses: misses,
        }
      })
    })
  })
}

function meanOf({ values, firstHour }: Hourly, [from, to]: readonly [number, number]): number {
  const known = values.slice(Math.max(0, from - firstHour), Math.max(0, to - firstHour)).filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

const NOISE = 0.1

/** Every row of one series and year that needs no published forecast. */
export function yearRows(trace: Trace, prices: Hourly | null, year: number, forecast: OwnForecast): readonly BenchRow[] {
  const span = [yearStart(year), yearStart(year + 1)] as const
  const noisy = curves(noisyForesight(trace, NOISE * meanOf(trace, span)))
  const own = curves(ownForesight(trace, prices, forecast))
  const threshold = trailingPercentile(trace, 30, WEEK_HOURS)
  return rowsFor(
    { series: trace.series, zone: trace.zone, truth: trace, span, year, history: WEEK_HOURS },
    new Map<Policy, Play>([
      ['noise10', (shape, arrival) => planOnce(trace, shape, arrival, noisy(arrival))],
      ['noForecast', (shape, arrival) => replan(trace, shape, arrival, own)],
      ['threshold30', (shape, arrival) => belowThreshold(trace, shape, arrival, (hour) => valueAt(threshold, hour))],
    ]),
  )
}

/** Rows of a published forecast, planned anew in every hour on its last issue: for jobs of every hour, and for those that arrive with an issue. */
export function publishedRows(published: ForecastTrace, arriving: 'hourly' | 'with-issue'): readonly BenchRow[] {
  const { actual, zone, issues } = published
  const expected = curves(publishedForesight(published))
  const at = new Set(issues.map(({ issuedHour }) => issuedHour))
  const about = { series: `carboncast-${zone}`, zone, truth: actual, history: 0, ...(arriving === 'with-issue' ? { at } : {}) }
  return yearsOf(actual).flatMap((year) =>
    rowsFor(
      { ...about, span: [yearStart(year), yearStart(year + 1)], year },
      new Map<Policy, Play>([['carboncast', (shape, arrival) => replan(actual, shape, arrival, expected)]]),
    ),
  )
}
