/** Settlement periods: the UTC half-hours at which energy is split. */
import { type EpochMs, HALF_HOUR_MS, epochMs, fromIso } from '../units.ts'

export interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Cuts the half-open `[from, to)` at every UTC half-hour inside it. Empty if `to <= from`. */
export function splitAtHalfHours(from: EpochMs, to: EpochMs): readonly Span[] {
  const spans: Span[] = []
  for (let at = from; at < to; ) {
    const end = epochMs(Math.min(to, (Math.floor(at / HALF_HOUR_MS) + 1) * HALF_HOUR_MS))
    spans.push({ from: at, to: end })
    at = end
  }
  return spans
}

/** True if half-open `[from, to)` lies inside one UTC half-hour and is not empty. */
export const isWithinHalfHour = (from: EpochMs, to: EpochMs): boolean => from < to && Math.floor(from / HALF_HOUR_MS) === Math.floor((to - 1) / HALF_HOUR_MS)

/** Why intervals are not contiguous and split at every UTC half-hour, in words; `null` if they are. */
export function splitProblem(intervals: readonly { readonly from: string; readonly to: string }[]): string | null {
  for (const [index, interval] of intervals.entries()) {
    const next = intervals[index + 1]
    if (!isWithinHalfHour(fromIso(interval.from), fromIso(interval.to)))
      return `the interval ${interval.from} to ${interval.to} is empty or runs across a half-hour`
    if (next && next.from !== interval.to) return `the interval after ${interval.to} starts at ${next.from}`
  }
  return null
}
