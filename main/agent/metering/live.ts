import type { AgentStatus, PowerReading } from '../../../shared/contract/agent.ts'
import { weakestMethod } from '../../../shared/domain/energy-proof.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'

interface Observation {
  readonly source: PowerSource
  readonly sample: PowerSample
}

export interface Live {
  /** Takes in what was read at one moment from all devices that are looked at. */
  readonly observe: (observations: readonly Observation[]) => void
  readonly latest: () => AgentStatus['power']
  readonly readings: () => PowerReading[]
  /** Temperature of the hottest device seen last, °C; `null` if none tells. */
  readonly hottestC: () => number | null
}

const RING = 240
/** The window's chart needs no more, whatever the sampling rate. */
const READING_EVERY_MS = 900

/** Watts now, for people: kept apart from the proof's arithmetic, which never reads it. */
export function createLive(onReading: (reading: PowerReading) => void): Live {
  const previous = new Map<string, PowerSample>()
  let readings: PowerReading[] = []
  let latest: { watts: number; method: NonNullable<AgentStatus['power']>['method']; at: EpochMs } | null = null
  let hottestC: number | null = null
  return {
    observe(observations) {
      const known = observations.flatMap(({ source, sample }) => {
        const watts = wattsOf(previous.get(source.device.uuid), sample)
        previous.set(source.device.uuid, sample)
        return watts === null ? [] : [{ watts, method: source.method, at: sample.wall }]
      })
      const temperatures = observations.flatMap(({ sample }) => sample.temperatureC ?? [])
      hottestC = temperatures.length > 0 ? Math.max(...temperatures) : null
      const [first] = known
      if (!first) return
      latest = { watts: known.reduce((sum, { watts }) => sum + watts, 0), method: weakestMethod(known.map(({ method }) => method)), at: first.at }
      const last = readings.at(-1)
      if (last && latest.at - Date.parse(last.at) < READING_EVERY_MS) return
      const reading = { at: toIso(latest.at), watts: latest.watts }
      readings = [...readings, reading].slice(-RING)
      onReading(reading)
    },
    latest: () => latest && { ...latest, at: toIso(latest.at) },
    readings: () => readings,
    hottestC: () => hottestC,
  }
}

/** Power as read, or the counter's slope since the last look. */
function wattsOf(before: PowerSample | undefined, { powerMw, energyMj, mono }: PowerSample): number | null {
  if (powerMw !== null) return powerMw / 1000
  if (energyMj === null || !before || before.energyMj === null || mono <= before.mono || energyMj < before.energyMj) return null
  return (energyMj - before.energyMj) / (mono - before.mono)
}
