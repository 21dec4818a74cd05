/** One job arrives in every hour and runs as its policy says; what it emits is counted on what really happened. */
import type { CostCurve } from '../timing/cost-curve.ts'
import { FORECAST_MIN_GAIN, type Work, chooseTime } from '../timing/choose.ts'
import { HOUR_MS, type Hourly, valueAt } from './traces.ts'

export type Mode = 'interruptible' | 'contiguous'

/** Hours of work, and hours that they may be late. */
export interface Shape {
  readonly length: number
  readonly slack: number
  readonly mode: Mode
}

export const LENGTHS = [
  { length: 4, slack: 12 },
  { length: 8, slack: 24 },
  { length: 24, slack: 48 },
] as const
/** The longest of {@link LENGTHS}: how far any of them looks ahead. */
export const HORIZON_HOURS = 72

/** An hour and what is known or expected of it. */
export interface HourSlot {
  readonly from: number
  readonly to: number
  readonly value: number
}

/** What is expected of the hours from `hour` on; may look at nothing that happens after that hour. */
export type Foresight = (hour: number) => readonly HourSlot[]

/** The known hours of `[from, to)`. */
export function hoursOf(series: Hourly, from: number, to: number): readonly HourSlot[] {
  const slots: HourSlot[] = []
  for (let hour = from; hour < to; hour += 1) {
    const value = valueAt(series, hour)
    if (!Number.isNaN(value)) slots.push({ from: hour * HOUR_MS, to: (hour + 1) * HOUR_MS, value })
  }
  return slots
}

/** Grams of one arrival at 1 kW, and whether it ended in time. */
export interface Outcome {
  readonly grams: number
  readonly inTime: boolean
}

const FREE_PAUSES = { minRunMs: 0, restartMs: 0 }
const workOf = ({ length, slack, mode }: Shape, arrival: number): Work => ({
  earliest: arrival * HOUR_MS,
  latestEnd: (arrival + length + slack) * HOUR_MS,
  durationMs: length * HOUR_MS,
  pauses: mode === 'contiguous' ? null : FREE_PAUSES,
  progress: 'fresh',
})

/** Grams of `[from, to)`, epoch ms. */
function gramsOver(truth: Hourly, from: number, to: number): number {
  let grams = 0
  for (let at = from; at < to; ) {
    const hour = Math.floor(at / HOUR_MS)
    const end = Math.min(to, (hour + 1) * HOUR_MS)
    grams += (valueAt(truth, hour) * (end - at)) / HOUR_MS
    at = end
  }
  return grams
}

/** Plans once, at arrival, and keeps to it. */
export function planOnce(truth: Hourly, shape: Shape, arrival: number, curve: CostCurve): Outcome {
  const work = workOf(shape, arrival)
  const { runs } = chooseTime(curve, work)
  const grams = runs.reduce((sum, { from, to }) => sum + gramsOver(truth, from, to), 0)
  return { grams, inTime: (runs.at(-1)?.to ?? Infinity) <= work.latestEnd }
}

/** Plans what is left anew in every hour, on the curve of that hour; an uninterruptible job that runs is left alone. */
export function replan(truth: Hourly, shape: Shape, arrival: number, curveAt: (hour: number) => CostCurve): Outcome {
  let [work, grams]: [Work, number] = [{ ...workOf(shape, arrival), minGain: FORECAST_MIN_GAIN }, 0]
  for (let hour = arrival; ; hour += 1) {
    const { runs } = chooseTime(curveAt(hour), { ...work, earliest: hour * HOUR_MS })
    const [next, last] = [runs[0], runs.at(-1)]
    if (!next || !last) return { grams, inTime: true }
    const end = (hour + 1) * HOUR_MS
    if (next.from >= end) continue
    if (work.pauses === null) return { grams: gramsOver(truth, next.from, next.to), inTime: next.to <= work.latestEnd }
    let ran = 0
    for (const { from, to } of runs) {
      if (from >= end) break
      ran += Math.min(to, end) - from
      grams += gramsOver(truth, from, Math.min(to, end))
    }
    if (ran >= work.durationMs) return { grams, inTime: last.to <= work.latestEnd }
    work = { ...work, durationMs: work.durationMs - ran, progress: 'paused' }
  }
}

/** Runs at once, whatever it costs: the baseline of every saving. */
export const startAtArrival = (truth: Hourly, { length }: Shape, arrival: number): number => gramsOver(truth, arrival * HOUR_MS, (arrival + length) * HOUR_MS)

/** Runs whenever intensity is at or below its threshold, without any forecast, and when it must. `threshold` by hour, gCO2/kWh. */
export function belowThreshold(truth: Hourly, { length, slack, mode }: Shape, arrival: number, threshold: (hour: number) => number): Outcome {
  const deadline = arrival + length + slack
  let [left, grams] = [length, 0]
  for (let hour = arrival; left > 0; hour += 1) {
    const value = valueAt(truth, hour)
    if (value > threshold(hour) && left < deadline - hour) continue
    if (mode === 'contiguous') return { grams: gramsOver(truth, hour * HOUR_MS, (hour + length) * HOUR_MS), inTime: hour + length <= deadline }
    grams += value
    left -= 1
  }
  return { grams, inTime: true }
}

/** Nearest value below which `percent` of the last `hours` hours lie, linear between ranks; `NaN` with a gap in them. */
export function trailingPercentile(truth: Hourly, percent: number, hours: number): Hourly {
  const values = truth.values.map((_, index) => {
    if (index < hours) return Number.NaN
    const past = truth.values.slice(index - hours, index).toSorted()
    const rank = ((hours - 1) * percent) / 100
    const [low, high] = [past[Math.floor(rank)] ?? Number.NaN, past[Math.ceil(rank)] ?? Number.NaN]
    return past.some(Number.isNaN) ? Number.NaN : low + (high - low) * (rank % 1)
  })
  return { firstHour: truth.firstHour, values }
}
