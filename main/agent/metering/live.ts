import { type AgentStatus, POWER_READINGS } from '../../../shared/contract/agent.ts'
import type { PowerReading } from '../../../shared/contract/device.ts'
import { weakestMethod } from '../../../shared/domain/energy-proof.ts'
import { toIso } from '../../../shared/units.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'

/** The last look at a device. */
interface LiveFigure {
  readonly sample: PowerSample
  readonly watts: number | null
}

export interface Live {
  /** Takes in what was read of a device. */
  readonly note: (source: PowerSource, sample: PowerSample) => void
  /** Adds up the devices that are shown at this moment. */
  readonly show: (shown: readonly PowerSource[]) => void
  readonly figure: (uuid: string) => LiveFigure | null
  readonly latest: () => AgentStatus['power']
  readonly readings: () => PowerReading[]
  /** Temperature of the hottest device of those given, °C; `null` if none tells. */
  readonly hottestC: (sources: readonly PowerSource[]) => number | null
}

/** The window's chart needs no more, whatever the sampling rate. */
const READING_EVERY_MS = 900

/** Watts now, for people: kept apart from the proof's arithmetic, which never reads it. */
export function createLive(onReading: (reading: PowerReading) => void): Live {
  const figures = new Map<string, LiveFigure>()
  const readings: PowerReading[] = []
  let readAt = -Infinity
  let latest: AgentStatus['power'] = null
  const hottestC = (sources: readonly PowerSource[]): number | null => {
    const temperatures = sources.flatMap(({ device }) => figures.get(device.uuid)?.sample.temperatureC ?? [])
    return temperatures.length > 0 ? Math.max(...temperatures) : null
  }
  return {
    note: ({ device }, sample) => void figures.set(device.uuid, { sample, watts: wattsOf(figures.get(device.uuid)?.sample, sample) }),
    show(shown) {
      const known = shown.flatMap(({ device, method }) => {
        const { watts, sample } = figures.get(device.uuid) ?? {}
        return sample && watts !== null && watts !== undefined ? [{ watts, method, at: sample.wall }] : []
      })
      if (known.length === 0) return
      const newest = Math.max(...known.map((one) => one.at))
      const drawn = { at: toIso(newest), watts: known.reduce((sum, { watts }) => sum + watts, 0) }
      latest = { ...drawn, method: weakestMethod(known.map(({ method }) => method)) }
      if (newest - readAt < READING_EVERY_MS) return
      readAt = newest
      const reading = { ...drawn, temperatureC: hottestC(shown) }
      readings.push(reading)
      if (readings.length > POWER_READINGS) readings.shift()
      onReading(reading)
    },
    figure: (uuid) => figures.get(uuid) ?? null,
    latest: () => latest,
    readings: () => [...readings],
    hottestC,
  }
}

/** Power as read, or the counter's slope since the last look. */
function wattsOf(before: PowerSample | undefined, { powerMw, energyMj, mono }: PowerSample): number | null {
  if (powerMw !== null) return powerMw / 1000
  if (energyMj === null || !before || before.energyMj === null || mono <= before.mono || energyMj < before.energyMj) return null
  return (energyMj - before.energyMj) / (mono - before.mono)
}
