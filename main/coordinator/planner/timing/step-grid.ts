import { type CostCurve, costOver } from './cost-curve.ts'
import type { WindowQuery } from './window.ts'

/** A window in equal steps, which begin on multiples of their length. */
export interface StepGrid {
  readonly stepMs: number
  readonly first: number
  readonly count: number
  /** Mean cost of each step up to the end of the window, `NaN` where unknown. */
  readonly rates: Float64Array
  readonly latestEnd: number
}

export function stepGrid(curve: CostCurve, { earliest, latestEnd }: WindowQuery, stepMs: number): StepGrid {
  const first = Math.ceil(earliest / stepMs) * stepMs
  const count = Math.max(0, Math.ceil((latestEnd - first) / stepMs))
  const rates = Float64Array.from({ length: count }, (_, step) => {
    const from = first + step * stepMs
    return costOver(curve, from, Math.min(from + stepMs, latestEnd)) ?? Number.NaN
  })
  return { stepMs, first, count, rates, latestEnd }
}

/** Cost × ms of an unbroken run of `durationMs` from the start of `step`; `Infinity` if it is not known or ends too late. */
export function runCost({ rates, stepMs, first, latestEnd }: StepGrid, step: number, durationMs: number): number {
  if (first + step * stepMs + durationMs > latestEnd) return Infinity
  let cost = 0
  for (let index = step, left = durationMs; left > 0; index += 1, left -= stepMs) cost += (rates[index] ?? Number.NaN) * Math.min(left, stepMs)
  return Number.isNaN(cost) ? Infinity : cost
}
