import type { PlannerNode } from './input.ts'
import type { Run } from './timing/runs.ts'

const HOUR_MS = 3_600_000
const WEEK_HOURS = 168
/** The epoch began on a Thursday: Monday, the first day of a week here, is four days earlier or three days later. */
const THURSDAY_HOUR = 72
/** An hour counts if its owner lets the node work then at least every second week. */
const LIKELY = 0.5
/** Beyond this the week is not followed: what lies so far ahead is planned again many times before it comes. */
const HORIZON_HOURS = 2 * WEEK_HOURS

const hourOfWeek = (hour: number): number => (hour + THURSDAY_HOUR) % WEEK_HOURS

/**
 * When the owner is likely to let a node work, from `now` on, in order: the hours of the week that have proved so, and the running one where
 * it does so at this moment. With nothing learned, a node that is ready stays so, and one that is not has no time at all.
 */
export function openTimes({ ready, availability }: Pick<PlannerNode, 'ready' | 'availability'>, now: number): readonly Run[] {
  if (availability === null) return ready ? [{ from: now, to: Infinity }] : []
  const first = Math.floor(now / HOUR_MS)
  const isOpen = (hour: number): boolean => (hour === first ? ready : (availability[hourOfWeek(hour)] ?? 0) >= LIKELY)
  const times: { from: number; to: number }[] = []
  for (let hour = first; hour < first + HORIZON_HOURS; hour += 1) {
    if (!isOpen(hour)) continue
    const [from, to] = [Math.max(now, hour * HOUR_MS), (hour + 1) * HOUR_MS]
    const last = times.at(-1)
    if (last?.to === from) last.to = to
    else times.push({ from, to })
  }
  return times
}
