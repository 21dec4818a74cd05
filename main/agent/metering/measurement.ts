import { type Track, conclude } from '../../../shared/domain/energy/conclusion.ts'
import type { Device } from '../../../shared/domain/energy/sensor.ts'
import type { ProofDevice } from '../../../shared/domain/energy-proof.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { MeteredRun } from '../attempt.ts'
import type { DeviceIdentity, PowerSource } from '../power-source.ts'

/** SHA-256 of the UUID followed by the node id, in hex: the same card is recognised, but only within one node. */
export const uuidHashOf = (uuid: string, nodeId: string): string => sha256Hex(uuid + nodeId)

/** More than any graphics card or processor package draws today; used where the device does not tell its own limit. */
const CEILING_W: Readonly<Record<DeviceIdentity['kind'], number>> = { gpu: 600, cpu: 500 }

export const limitOf = ({ kind, powerLimitW }: DeviceIdentity): number => powerLimitW ?? CEILING_W[kind]

/** What the integrator must know about a source. */
export const meteredDevice = ({ method, sensor, device }: PowerSource): Device => ({
  method,
  sensor: { ...sensor, basis: sensor.basis.slice(0, 200) },
  limitW: limitOf(device),
})

const proofDevice = (device: DeviceIdentity, nodeId: string): ProofDevice => ({
  uuidHash: uuidHashOf(device.uuid, nodeId),
  kind: device.kind,
  vendor: device.vendor.slice(0, 60),
  name: device.name.slice(0, 120),
  driver: device.driver.slice(0, 60),
  powerLimitW: limitOf(device),
})

export interface Recording {
  readonly nodeId: string
  readonly tracks: readonly (Track & { readonly source: PowerSource })[]
  readonly startWall: number
  readonly expectedSamples: number
  readonly shared: boolean
  readonly sampleLogSha256: string
}

/** Turns a recording into what the proof says. */
export function concludeRun({ tracks, startWall, nodeId, ...rest }: Recording): MeteredRun {
  const { startedAt, endedAt, durationMs, sleepMs, ...concluded } = conclude(tracks, startWall)
  return {
    measurement: { ...concluded, ...rest, devices: tracks.map(({ source }) => proofDevice(source.device, nodeId)) },
    startedAt,
    endedAt,
    durationMs,
    sleepMs,
  }
}
