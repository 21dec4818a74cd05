import type { Calendar } from './calendar.ts'

/** What is left of a calendar in which one place at most is taken. Most questions about it need no more than these sums. */
export interface Gaps {
  readonly calendar: Calendar
  readonly since: number
  /** From when on nothing is taken any more. */
  readonly freeFrom: number
  /** The longest free stretch between `since` and then, and all of them. */
  readonly longestMs: number
  readonly totalMs: number
}

export function gapsOf(calendar: Calendar, since: number): Gaps {
  const { starts, taken } = calendar
  let [freeFrom, longestMs, totalMs, gapMs] = [since, 0, 0, 0]
  for (let index = 0; index < starts.length; index += 1) {
    const [from, to] = [Math.max(since, starts[index] as number), starts[index + 1] ?? Infinity]
    if (to <= from) continue
    if ((taken[index] as number) > 0) {
      longestMs = Math.max(longestMs, gapMs)
      totalMs += gapMs
      gapMs = 0
      freeFrom = to
    } else gapMs += to - from
  }
  return { calendar, since, freeFrom, longestMs, totalMs }
}

interface Wanted {
  readonly from: number
  readonly to: number
  readonly neededMs: number
  readonly inParts: boolean
}

/** Whether enough is left between `from` and `to`, in one stretch or, if that will do, in parts. */
export function hasTime(gaps: Gaps, wanted: Wanted): boolean {
  const { since, freeFrom, longestMs, totalMs } = gaps
  const { from, to, neededMs, inParts } = wanted
  const tailMs = to - Math.max(from, freeFrom)
  if (tailMs >= neededMs) return true
  const mostMs = inParts ? totalMs + Math.max(0, tailMs) : longestMs
  if (mostMs < neededMs) return false
  return (from <= since && to >= freeFrom) || hasTimeWithin(gaps.calendar, wanted)
}

function hasTimeWithin({ starts, taken }: Calendar, { from, to, neededMs, inParts }: Wanted): boolean {
  let free = 0
  for (let index = 0; index < starts.length; index += 1) {
    if ((taken[index] as number) === 0) {
      free += Math.max(0, Math.min(starts[index + 1] ?? Infinity, to) - Math.max(starts[index] as number, from))
      if (free >= neededMs) return true
    } else if (!inParts) free = 0
  }
  return false
}
