import type { Measurement } from '../../shared/domain/energy-proof.ts'
import type { EpochMs, MonotonicMs } from '../../shared/units.ts'

export type DeviceKind = 'gpu' | 'cpu'
/** How one device's energy is read. `mixed` is what a measurement becomes when it needed two of them. */
export type SourceMethod = Exclude<Measurement['method'], 'mixed'>

export interface DeviceIdentity {
  readonly kind: DeviceKind
  readonly vendor: string
  readonly name: string
  /** Driver and version, as the owner would name it. */
  readonly driver: string
  /** Stable across restarts and slots. Never leaves the machine unhashed. */
  readonly uuid: string
  /** PCI address such as `0000:01:00.0`; `null` for a CPU. */
  readonly busId: string | null
  readonly vramBytes: number | null
  readonly powerLimitW: number | null
}

export interface PowerSample {
  /** The moment of the reading on both clocks. */
  readonly mono: MonotonicMs
  readonly wall: EpochMs
  /** Millijoules since some fixed moment, from a counter; `null` means no reading, never 0. */
  readonly energyMj: number | null
  /** Milliwatts; `null` means no reading, never 0. */
  readonly powerMw: number | null
  readonly temperatureC: number | null
  /** Share of time the device was busy, 0…1. */
  readonly busy: number | null
  readonly memoryUsedBytes: number | null
  /** Process ids that compute on the device, if the driver tells. */
  readonly processes: readonly number[] | null
  readonly status: SampleStatus
}

/**
 * `ok` read · `lost` the device fell off the bus or was removed · `asleep` not woken to be looked at ·
 * `unavailable` the driver or its reader does not answer at present.
 */
export type SampleStatus = 'ok' | 'lost' | 'asleep' | 'unavailable'

/** What a figure from this sensor is worth. */
export interface Sensor {
  /** How often the sensor renews its value. */
  readonly updateMs: number
  /** Expanded (k = 2) error of the sensor itself against a power meter. */
  readonly uncertaintyPct: number
  /** Where that figure comes from, in a few words. */
  readonly basis: string
  /** Millijoules at which the counter starts again from 0; `null` if it never does. */
  readonly wrapMj: number | null
  /** What `powerMw` is, for the stretches where the counter fails. */
  readonly power: 'power-average' | 'power-instant'
}

/** One device whose energy can be read, whatever the vendor. */
export interface PowerSource {
  readonly device: DeviceIdentity
  readonly method: SourceMethod
  readonly sensor: Sensor
  /** Lets a device fall asleep that does so when nobody looks; it is then sampled only while a job runs. `null` if it never sleeps. */
  readonly rest: (() => void) | null
  /** Never rejects: what cannot be read is `null`, and `status` says why. */
  readonly sample: (signal: AbortSignal) => Promise<PowerSample>
}

/** A reading of nothing, with its reason. */
export const emptySample = (at: { readonly mono: MonotonicMs; readonly wall: EpochMs }, status: SampleStatus): PowerSample => ({
  ...at,
  energyMj: null,
  powerMw: null,
  temperatureC: null,
  busy: null,
  memoryUsedBytes: null,
  processes: null,
  status,
})
