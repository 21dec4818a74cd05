import type { Ceilings } from '../../shared/contract/device.ts'
import type { Clock } from '../kernel/clock.ts'
import { COOLER_BY_C, type CeilingHold, type CeilingState, UNHELD, holdAfter } from './idle/ceilings.ts'
import type { SampleStatus } from './power-source.ts'

/** What one device says at one moment. */
interface DeviceReading {
  readonly deviceId: string
  readonly name: string
  readonly status: SampleStatus
  readonly watts: number | null
  readonly temperatureC: number | null
}

/** Why no job may work on a device at present, in a sentence for its owner. */
export interface HeldDevice {
  readonly code: CeilingHold
  readonly message: string
}

export interface CeilingWatch {
  readonly observe: (readings: readonly DeviceReading[]) => void
  /** The owner has changed the ceilings of this device: they count at once. */
  readonly reconsider: (deviceId: string) => void
  readonly heldBy: (deviceId: string) => HeldDevice | null
}

export interface CeilingWatchDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly ceilingsOf: (deviceId: string) => Ceilings
  /** A device is held or let go, or there is news about why. */
  readonly changed: () => void
}

interface Watched {
  readonly state: CeilingState
  readonly reading: DeviceReading
}

/** Keeps every device at or below the ceilings of its owner: says which ones have to rest. */
export function createCeilingWatch({ clock, ceilingsOf, changed }: CeilingWatchDeps): CeilingWatch {
  const watched = new Map<string, Watched>()
  const heldBy = (deviceId: string): HeldDevice | null => {
    const known = watched.get(deviceId)
    return known?.state.hold ? { code: known.state.hold, message: messageOf(known, known.state.hold, ceilingsOf(deviceId)) } : null
  }
  const advance = (reading: DeviceReading): void => {
    // A card that sleeps is cool, draws nothing and is not woken to be asked.
    if (reading.status === 'asleep') {
      watched.delete(reading.deviceId)
      return
    }
    const { watts, temperatureC, deviceId } = reading
    const state = holdAfter(watched.get(deviceId)?.state ?? UNHELD, { watts, temperatureC, now: clock.monotonic() }, ceilingsOf(deviceId))
    watched.set(deviceId, { state, reading })
  }
  const observe = (readings: readonly DeviceReading[]): void => {
    const shown = () => JSON.stringify(readings.map(({ deviceId }) => heldBy(deviceId)))
    const before = shown()
    for (const reading of readings) advance(reading)
    if (shown() !== before) changed()
  }
  return {
    observe,
    reconsider: (deviceId) => {
      const known = watched.get(deviceId)
      if (known) observe([known.reading])
    },
    heldBy,
  }
}

function messageOf({ reading: { name, temperatureC, watts } }: Watched, hold: CeilingHold, ceilings: Ceilings): string {
  const known = name.slice(0, 100)
  if (hold === 'temperature') {
    if (ceilings.temperatureC === null || temperatureC === null)
      return `${known} does not tell its temperature, so it cannot be kept below your ceiling of ${ceilings.temperatureC} °C.`
    return temperatureC > ceilings.temperatureC
      ? `${known} is at ${Math.round(temperatureC)} °C; your ceiling is ${ceilings.temperatureC} °C.`
      : `${known} is at ${Math.round(temperatureC)} °C; it goes on at ${ceilings.temperatureC - COOLER_BY_C} °C.`
  }
  return watts === null
    ? `${known} does not tell its power, so it cannot be kept below your ceiling of ${ceilings.watts} W.`
    : `${known} takes a break to stay at ${ceilings.watts} W on average, your ceiling.`
}
