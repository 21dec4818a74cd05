import type { Sensor, SourceMethod } from '../../shared/domain/energy/sensor.ts'
import type { EpochMs, MonotonicMs } from '../../shared/units.ts'

export type DeviceKind = 'gpu' | 'cpu'
export type { Sensor, SourceMethod }

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
  /** By which names a container engine knows it: the UUID, or those of the instances of a partitioned GPU. Empty: it cannot be handed to a container. */
  readonly containerIds: readonly string[]
  /** Instances a partitioned GPU (MIG) is cut into; `null` if it is whole. Its energy is that of the whole card. */
  readonly instances: number | null
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
  /** Whether a screen is driven by the device: idle power is only comparable in the same state. `null` if nobody tells. */
  readonly display: boolean | null
  readonly status: SampleStatus
}

/**
 * `ok` read · `lost` the device fell off the bus or was removed · `asleep` not woken to be looked at ·
 * `unavailable` the driver or its reader does not answer at present.
 */
export type SampleStatus = 'ok' | 'lost' | 'asleep' | 'unavailable'

/** One device whose energy can be read, whatever the vendor. */
export interface PowerSource {
  readonly device: DeviceIdentity
  readonly method: SourceMethod
  /** What reads it, for the owner; says so where the reader has never been tried on real hardware. */
  readonly reader: string
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
  display: null,
  status,
})
