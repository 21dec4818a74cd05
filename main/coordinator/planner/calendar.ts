import type { Run } from './timing/runs.ts'

/** How many of a node's places are taken from moment to moment: `taken[i]` from `starts[i]` to the next start, the last one without end. */
export interface Calendar {
  readonly starts: number[]
  readonly taken: number[]
}

export const emptyCalendar = (): Calendar => ({ starts: [-Infinity], taken: [0] })

/** Index of the stretch that holds `at`. */
function stretchAt({ starts }: Calendar, at: number): number {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] as number) <= at) low = middle
    else high = middle
  }
  return low
}

/** Index of the stretch that begins at `at`, which is cut from an older one if need be. */
function cutAt(calendar: Calendar, at: number): number {
  const index = stretchAt(calendar, at)
  if (calendar.starts[index] === at) return index
  calendar.starts.splice(index + 1, 0, at)
  calendar.taken.splice(index + 1, 0, calendar.taken[index] as number)
  return index + 1
}

/** Takes places for some runs; a negative number gives them back. */
export function take(calendar: Calendar, runs: readonly Run[], places: number): void {
  for (const { from, to } of runs) {
    const first = cutAt(calendar, from)
    const last = to === Infinity ? calendar.starts.length : cutAt(calendar, to)
    for (let index = first; index < last; index += 1) calendar.taken[index] = (calendar.taken[index] as number) + places
  }
}

/** Whether no more than `room` places are taken at any moment of the runs. */
export function hasRoom(calendar: Calendar, runs: readonly Run[], room: number): boolean {
  if (calendar.starts.length === 1) return room >= 0
  return runs.every(({ from, to }) => {
    for (let index = stretchAt(calendar, from); index < calendar.starts.length && (calendar.starts[index] as number) < to; index += 1)
      if ((calendar.taken[index] as number) > room) return false
    return true
  })
}

/** Mean number of places taken over the runs. */
export function meanTaken(calendar: Calendar, runs: readonly Run[]): number {
  if (calendar.starts.length === 1) return 0
  let [sum, length] = [0, 0]
  for (const { from, to } of runs) {
    length += to - from
    for (let index = stretchAt(calendar, from); index < calendar.starts.length && (calendar.starts[index] as number) < to; index += 1) {
      const until = Math.min(to, calendar.starts[index + 1] ?? Infinity)
      sum += (calendar.taken[index] as number) * (until - Math.max(from, calendar.starts[index] as number))
    }
  }
  return length === 0 ? 0 : sum / length
}

/** The earliest moment from which there is room for an unbroken `lengthMs` within `open` and `[from, to)`; `null` if there is none. */
export function firstFree(calendar: Calendar, open: readonly Run[], within: Run & { readonly room: number; readonly lengthMs: number }): number | null {
  let [since, until] = [0, -Infinity]
  for (const stretch of open) {
    const [from, to] = [Math.max(stretch.from, within.from), Math.min(stretch.to, within.to)]
    if (from >= to) continue
    for (let index = stretchAt(calendar, from); index < calendar.starts.length && (calendar.starts[index] as number) < to; index += 1) {
      if ((calendar.taken[index] as number) > within.room) continue
      const start = Math.max(from, calendar.starts[index] as number)
      if (start !== until) since = start
      until = Math.min(to, calendar.starts[index + 1] ?? Infinity)
      if (until - since >= within.lengthMs) return since
    }
  }
  return null
}

/** The parts of `open`, within `[from, to)`, in which no more than `room` places are taken; in order, those that touch made one. */
export function freeTimes(calendar: Calendar, open: readonly Run[], within: Run & { readonly room: number }): readonly Run[] {
  const free: { from: number; to: number }[] = []
  for (const stretch of open) {
    const [from, to] = [Math.max(stretch.from, within.from), Math.min(stretch.to, within.to)]
    if (from >= to) continue
    for (let index = stretchAt(calendar, from); index < calendar.starts.length && (calendar.starts[index] as number) < to; index += 1) {
      if ((calendar.taken[index] as number) > within.room) continue
      const piece = { from: Math.max(from, calendar.starts[index] as number), to: Math.min(to, calendar.starts[index + 1] ?? Infinity) }
      const last = free.at(-1)
      if (last?.to === piece.from) last.to = piece.to
      else free.push(piece)
    }
  }
  return free
}
