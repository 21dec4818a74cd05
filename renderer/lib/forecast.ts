import type { GridView } from '../../shared/contract/agent-grid.ts'
import { meanOver, slotsOf } from '../../shared/domain/signal.ts'

const HOUR_MS = 3_600_000
export const HOURS_AHEAD = 48

/** One hour of the strip. `gPerKWh` is the mean of the slots inside it, `null` where the signal has none. Times in epoch milliseconds. */
export interface Hour {
  readonly from: number
  readonly to: number
  readonly gPerKWh: number | null
  /** At least half of it lies in a green window. */
  readonly green: boolean
}

/** The next 48 hours of the local clock, the current one first, from slots of any length. */
export function hoursAhead({ signal, greenWindows }: Pick<GridView, 'signal' | 'greenWindows'>, now: number): readonly Hour[] {
  const start = new Date(now).setMinutes(0, 0, 0)
  const slots = signal === null ? [] : slotsOf(signal)
  const windows = greenWindows.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))
  return Array.from({ length: HOURS_AHEAD }, (_, index) => {
    const from = start + index * HOUR_MS
    const to = from + HOUR_MS
    const greenMs = windows.reduce((sum, window) => sum + Math.max(0, Math.min(window.to, to) - Math.max(window.from, from)), 0)
    return { from, to, gPerKWh: meanOver(slots, from, to)?.value ?? null, green: greenMs >= HOUR_MS / 2 }
  })
}

/** How many of the hours ahead lie in green windows. */
export const greenHours = (greenWindows: GridView['greenWindows'], now: number): number =>
  hoursAhead({ signal: null, greenWindows }, now).filter(({ green }) => green).length

/** The green window that is open, or else the next one; `null` if the forecast has none. */
export function nextGreenWindow(
  { greenWindows }: Pick<GridView, 'greenWindows'>,
  now: number,
): { readonly open: boolean; readonly from: string; readonly to: string } | null {
  const next = greenWindows.filter((window) => Date.parse(window.to) > now).toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))[0]
  return next ? { ...next, open: Date.parse(next.from) <= now } : null
}
