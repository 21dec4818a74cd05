import { type CostCurve, at, costUpTo, knownUpTo, slotBefore } from './cost-curve.ts'

export interface WindowQuery {
  /** Epoch milliseconds. */
  readonly earliest: number
  readonly latestEnd: number
  readonly durationMs: number
}

/** An unbroken run and its mean cost. */
export interface RatedWindow {
  readonly from: number
  readonly to: number
  readonly mean: number
}

/**
 * The start in `[earliest, latestEnd - durationMs]` of the unbroken run that costs least and is known from end to end, the earliest of
 * equals, with its mean cost. `null` if there is none. Linear in the slots of the window.
 *
 * The mean of a piecewise constant cost changes linearly with the start between two moments at which either end of the run crosses a slot
 * edge, so the lowest lies at such a moment or at a limit: those are all that is looked at. Where slots touch, the end of one is the start
 * of the next, so starts at a start and ends at an end are enough.
 */
export function cheapestRun(curve: CostCurve, { earliest, latestEnd, durationMs }: WindowQuery): RatedWindow | null {
  const latest = latestEnd - durationMs
  const { count } = curve
  let [best, bestMean] = [Number.NaN, Infinity]
  let [head, tail] = [slotBefore(curve, earliest), slotBefore(curve, earliest + durationMs)]
  const consider = (from: number): void => {
    const to = from + durationMs
    while (head + 1 < count && at(curve.starts, head + 1) <= from) head += 1
    while (tail + 1 < count && at(curve.starts, tail + 1) <= to) tail += 1
    if (knownUpTo(curve, tail, to) - knownUpTo(curve, head, from) < durationMs) return
    const mean = (costUpTo(curve, tail, to) - costUpTo(curve, head, from)) / durationMs
    if (!(mean < bestMean - curve.same)) return
    best = from
    bestMean = mean
  }
  if (latest >= earliest) consider(earliest)
  let [byStart, byEnd] = [head + 1, Math.max(0, tail)]
  while (true) {
    const start = byStart < count ? at(curve.starts, byStart) : Infinity
    const end = byEnd < count ? at(curve.ends, byEnd) - durationMs : Infinity
    const from = Math.min(start, end)
    if (from >= latest) break
    if (from > earliest) consider(from)
    if (start <= end) byStart += 1
    if (end <= start) byEnd += 1
  }
  if (latest > earliest) consider(latest)
  return Number.isNaN(best) ? null : { from: best, to: best + durationMs, mean: bestMean }
}
