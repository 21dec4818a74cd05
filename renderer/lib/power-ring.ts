import { POWER_READINGS } from '../../shared/contract/agent.ts'
import type { PowerReading } from '../../shared/contract/device.ts'
import { toIso } from '../../shared/units.ts'

/** One moment of power. Epoch milliseconds, watts, °C; `celsius` is not a number where nothing told it. */
export interface PowerPoint {
  readonly at: number
  readonly watts: number
  readonly celsius: number
}

export interface PowerRing {
  /** Takes what was just read. What is not newer than the last is a repeat; what is much older says that the clock was set back. */
  readonly push: (reading: PowerReading) => void
  /** Takes what the agent still knew, before, between and after what is here. */
  readonly complete: (readings: readonly PowerReading[]) => void
  /** Oldest first. The same array until something is taken. */
  readonly points: () => readonly PowerPoint[]
  /** ISO time up to which nothing is missing as far as this window knows; `null` if it knows nothing. What is later the agent may know better. */
  readonly knownUntil: () => string | null
  readonly subscribe: (listener: () => void) => () => void
}

/** So far back a clock is not put by chance. */
const SET_BACK_MS = 60_000
/** Longer than a meter waits between two readings: some may have been made unseen. */
const GAP_MS = 12_000

const pointOf = ({ at, watts, temperatureC }: PowerReading): PowerPoint => ({ at: Date.parse(at), watts, celsius: temperatureC ?? Number.NaN })

/** The newest readings, outside the page: they arrive whether or not somebody looks, and only what is looked at is drawn. */
export function createPowerRing(capacity = POWER_READINGS): PowerRing {
  let points: readonly PowerPoint[] = []
  let gapAfter: number | null = null
  const listeners = new Set<() => void>()
  const take = (next: readonly PowerPoint[]) => {
    points = next.length > capacity ? next.slice(-capacity) : next
    for (const listener of listeners) listener()
  }
  return {
    push(reading) {
      const point = pointOf(reading)
      const last = points.at(-1)?.at ?? -Infinity
      if (gapAfter === null && last > 0 && point.at - last > GAP_MS) gapAfter = last
      if (point.at > last) take([...points, point])
      else if (last - point.at > SET_BACK_MS) take([point])
    },
    complete(readings) {
      gapAfter = null
      const known = new Map(points.map((point) => [point.at, point]))
      for (const reading of readings) known.set(Date.parse(reading.at), pointOf(reading))
      if (known.size > points.length) take([...known.values()].toSorted((a, b) => a.at - b.at))
    },
    points: () => points,
    knownUntil: () => {
      const until = gapAfter ?? points.at(-1)?.at
      return until === undefined ? null : toIso(until)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
