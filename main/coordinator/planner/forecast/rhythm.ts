import type { Slot } from '../../../../shared/domain/signal.ts'

/** A forecast slot, or a measured one. */
export type Valued = Pick<Slot, 'from' | 'to' | 'value'>

const DAY_MS = 86_400_000

/** What measurements say of a grid: the usual course of its day, and how departures from it hang together. */
export interface Rhythm {
  readonly stepMs: number
  /** Usual value at a moment's time of day. */
  readonly usual: (at: number) => number
  /** Covariance of the departures from the usual of two moments so many steps apart; 0 beyond what was asked for. */
  readonly covariance: (steps: number) => number
}

/** Means of `count` groups; that of all slots for a group without any. */
function meansBy(slots: readonly Valued[], groupOf: (slot: Valued) => number, count: number): Float64Array {
  const [sums, counts] = [new Float64Array(count), new Float64Array(count)]
  let total = 0
  for (const slot of slots) {
    const group = groupOf(slot)
    sums[group] = (sums[group] as number) + slot.value
    counts[group] = (counts[group] as number) + 1
    total += slot.value
  }
  return sums.map((sum, group) => (counts[group] === 0 ? total / slots.length : sum / (counts[group] as number)))
}

/** Steps of a grid that starts with the first of `slots`; the slots are as long as its steps, some may be missing. */
const stepOf = (first: Valued, { from }: Valued): number => Math.round((from - first.from) / (first.to - first.from))

/**
 * Usual day: the mean of each time of day. Covariance: of departures from it, a missing one counting as none, over all pairs and divided by
 * the count of measurements, not of pairs: that keeps every matrix made of it positive semidefinite. `null` with less than two days.
 */
export function rhythmOf(measured: readonly Valued[], longestMs: number): Rhythm | null {
  const [first, last] = [measured[0], measured.at(-1)]
  if (!first || !last || last.to - first.from < 2 * DAY_MS) return null
  const stepMs = first.to - first.from
  const phase = (at: number): number => Math.floor((((at % DAY_MS) + DAY_MS) % DAY_MS) / stepMs)
  const usualByPhase = meansBy(measured, ({ from }) => phase(from), Math.ceil(DAY_MS / stepMs))
  const usual = (at: number): number => usualByPhase[phase(at)] as number
  const departures = new Float64Array(stepOf(first, last) + 1)
  for (const slot of measured) departures[stepOf(first, slot)] = slot.value - usual(slot.from)
  const covariances = Float64Array.from({ length: Math.min(departures.length, Math.ceil(longestMs / stepMs) + 1) }, (_, lag) => {
    let sum = 0
    for (let step = lag; step < departures.length; step += 1) sum += (departures[step] as number) * (departures[step - lag] as number)
    return sum / measured.length
  })
  return { stepMs, usual, covariance: (steps) => covariances[Math.abs(steps)] ?? 0 }
}
