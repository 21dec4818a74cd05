import { type Work, chooseZoneAndTime } from '../choose.ts'
import { costCurve } from '../cost-curve.ts'
import type { Run } from '../runs.ts'
import { hoursOf } from './arrivals.ts'
import { arrivalsIn, yearStart } from './rows.ts'
import { HOUR_MS, type Trace, valueAt } from './traces.ts'

export interface PlacementRow {
  readonly year: number
  readonly zones: readonly string[]
  readonly home: string
  /** Jobs that each zone can run at the same time; one arrives every hour. `null` is no limit: one zone and wait. */
  readonly capacity: number | null
  readonly savingPct: number
  readonly deadlineMisses: number
}

const [LENGTH, SLACK] = [8, 24]
const FREE = { minRunMs: 0, restartMs: 0 }

/** Jobs that run in each hour of each zone. */
type Occupied = Map<Trace, Map<number, number>>

function occupy(occupied: Occupied, zone: Trace, runs: readonly Run[]): void {
  const hours = occupied.get(zone) ?? new Map<number, number>()
  occupied.set(zone, hours)
  for (const { from, to } of runs) for (let hour = from / HOUR_MS; hour < to / HOUR_MS; hour += 1) hours.set(hour, (hours.get(hour) ?? 0) + 1)
}

function place(zones: readonly Trace[], arrivals: readonly number[], capacity: number | null): { readonly grams: number; readonly misses: number } {
  const occupied: Occupied = new Map()
  let [grams, misses] = [0, 0]
  for (const arrival of arrivals) {
    const earliest = arrival * HOUR_MS
    const work: Work = { earliest, latestEnd: earliest + (LENGTH + SLACK) * HOUR_MS, durationMs: LENGTH * HOUR_MS, pauses: FREE, progress: 'fresh' }
    const isFree = (zone: Trace, from: number) => (occupied.get(zone)?.get(from / HOUR_MS) ?? 0) < (capacity ?? Infinity)
    const curves = new Map(zones.map((zone) => [zone, costCurve(hoursOf(zone, arrival, arrival + LENGTH + SLACK).filter(({ from }) => isFree(zone, from)))]))
    const chosen = chooseZoneAndTime(curves, work)
    if (!chosen) continue
    misses += chosen.why === 'at-once' ? 1 : 0
    occupy(occupied, chosen.zone, chosen.runs)
    for (const { from, to } of chosen.runs) for (let at = from; at < to; at += HOUR_MS) grams += valueAt(chosen.zone, at / HOUR_MS)
  }
  return { grams, misses }
}

/** Zone and time chosen together with perfect foresight, in the order of arrival; against starting at once in each zone. */
export function placementRows(zones: readonly Trace[], year: number, capacities: readonly (number | null)[]): readonly PlacementRow[] {
  const span = [yearStart(year), yearStart(year + 1)] as const
  const known = zones.map((zone) => new Set(arrivalsIn(zone, span, 0, LENGTH + SLACK)))
  const arrivals = [...(known[0] ?? [])].filter((hour) => known.every((hours) => hours.has(hour)))
  return capacities.flatMap((capacity) => {
    const { grams, misses } = place(zones, arrivals, capacity)
    return zones.map((home): PlacementRow => {
      const base = arrivals.reduce(
        (sum, arrival) => sum + Array.from({ length: LENGTH }, (_, hour) => valueAt(home, arrival + hour)).reduce((a, b) => a + b, 0),
        0,
      )
      return { year, zones: zones.map(({ zone }) => zone), home: home.zone, capacity, savingPct: 100 * (1 - grams / base), deadlineMisses: misses }
    })
  })
}
