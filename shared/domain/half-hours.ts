/** Settlement periods: the UTC half-hours at which energy is split. Times are epoch milliseconds, stretches half-open. */
import { type EpochMs, HALF_HOUR_MS, epochMs, fromIso } from '../units.ts'

export interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Start of the half-hour that holds `at`. */
export const halfHourFloor = (at: number): number => Math.floor(at / HALF_HOUR_MS) * HALF_HOUR_MS
/** The first half-hour boundary not before `at`. */
export const halfHourCeil = (at: number): number => Math.ceil(at / HALF_HOUR_MS) * HALF_HOUR_MS

/** Starts of the half-hours in `[from, to)`, both on a boundary. */
export const halfHourStarts = (from: number, to: number): readonly number[] =>
  Array.from({ length: (to - from) / HALF_HOUR_MS }, (_, index) => from + index * HALF_HOUR_MS)

/** Cuts `[from, to)` at every UTC half-hour inside it. Empty if `to <= from`. */
export function splitAtHalfHours(from: EpochMs, to: EpochMs): readonly Span[] {
  const spans: Span[] = []
  for (let at = from; at < to; ) {
    const end = epochMs(Math.min(to, halfHourFloor(at) + HALF_HOUR_MS))
    spans.push({ from: at, to: end })
    at = end
  }
  return spans
}

/** True if `[from, to)` lies inside one UTC half-hour and is not empty. */
export const isWithinHalfHour = (from: EpochMs, to: EpochMs): boolean => from < to && halfHourFloor(from) === halfHourFloor(to - 1)

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
