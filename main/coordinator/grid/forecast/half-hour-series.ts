import { halfHourCeil, halfHourFloor } from '../../../../shared/domain/half-hours.ts'
import type { Slot } from '../../../../shared/domain/signal.ts'
import { HALF_HOUR_MS } from '../../../../shared/units.ts'

/** One number per half hour, epoch ms; what is not wholly known is absent. Reading one takes the same time however long the series is. */
export interface HalfHourSeries {
  /** The value of the half hour that starts at `at`, or `null`. */
  readonly at: (at: number) => number | null
  /** Start of the last known half hour, `-Infinity` without one. */
  readonly last: number
}

/** Means of slots of any length over half hours, each slot weighted by its overlap. A half hour with a gap in it is unknown. */
export function halfHourSeries(slots: readonly Slot[]): HalfHourSeries {
  const start = halfHourFloor(slots[0]?.from ?? 0)
  const count = Math.max(0, Math.round((halfHourCeil(slots.at(-1)?.to ?? start) - start) / HALF_HOUR_MS))
  const sums = new Float64Array(count)
  const covered = new Float64Array(count)
  for (const { from, to, value } of slots)
    for (let index = Math.floor((from - start) / HALF_HOUR_MS); index < count && start + index * HALF_HOUR_MS < to; index += 1) {
      const overlap = Math.min(to, start + (index + 1) * HALF_HOUR_MS) - Math.max(from, start + index * HALF_HOUR_MS)
      sums[index] = (sums[index] ?? 0) + overlap * value
      covered[index] = (covered[index] ?? 0) + overlap
    }
  const isKnown = (index: number): boolean => covered[index] === HALF_HOUR_MS
  const last = covered.findLastIndex((_, index) => isKnown(index))
  return {
    at(at) {
      const index = (at - start) / HALF_HOUR_MS
      return isKnown(index) ? (sums[index] ?? 0) / HALF_HOUR_MS : null
    },
    last: last < 0 ? -Infinity : start + last * HALF_HOUR_MS,
  }
}
