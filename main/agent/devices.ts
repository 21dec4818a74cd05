import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Ceilings, Device } from '../../shared/contract/device.ts'
import type { Reason } from '../../shared/contract/policy.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { DeviceSetting, DeviceSettings } from './device-settings.ts'
import type { Detection } from './gpu/detect.ts'
import type { HeldDevice } from './ceiling-watch.ts'
import type { Gpu, Machine } from './jobs/may-start.ts'
import type { PowerSource } from './power-source.ts'
import type { GpuGate } from './gpu-gate.ts'

/** What the meter knows of one device, for showing. */
type DeviceFigures = Pick<Device, 'state' | 'at' | 'watts' | 'temperatureC' | 'idleW' | 'energyToday'>

export interface DevicesDeps {
  readonly detection: () => Detection
  readonly settings: DeviceSettings
  /** SHA-256 of the hardware id and the node id. */
  readonly deviceIdOf: (uuid: string) => string
  /** `undefined` before the meter has heard of it. */
  readonly figuresOf: (deviceId: string) => DeviceFigures | undefined
  readonly heldBy: (deviceId: string) => HeldDevice | null
  /** Bytes of GPU memory that nobody uses, by hardware id; `null` if that is not told. */
  readonly freeVram: (uuid: string) => number | null
  /** Bytes that have to stay free beside what a job needs. */
  readonly spareVramBytes: () => number
  /** Memory that all jobs together may use. */
  readonly ramBytes: number
  /** Stops what works on this device, and nothing else. */
  readonly onSwitchedOff: (deviceId: string) => void
  readonly onCeilings: (deviceId: string) => void
  readonly gate: Pick<GpuGate, 'admit' | 'refusalOf'>
  /** Owner and coordinator have to hear of it. */
  readonly changed: () => void
}

export interface DeviceChange {
  readonly deviceId: string
  readonly enabled?: boolean | undefined
  readonly ceilings?: Ceilings | undefined
}

/** The devices of this machine as their owner wants them used. */
export interface Devices {
  readonly list: () => Device[]
  readonly seen: () => AgentStatus['seen']
  /** The devices the owner lends. */
  readonly lent: () => readonly PowerSource[]
  /** Those of them that jobs could really use: a GPU only once a container has seen it. */
  readonly offered: (signal: AbortSignal) => Promise<readonly PowerSource[]>
  /** What jobs may work on, and what stands against it now. */
  readonly machine: () => Machine
  /** What keeps every job away: none runs without the processor. */
  readonly objections: () => readonly Reason[]
  /** Acts at once. Errors: `not-found`, `input.invalid`. */
  readonly set: (change: DeviceChange) => void
}

const NOT_LOOKED_AT: DeviceFigures = {
  state: 'unavailable',
  at: null,
  watts: null,
  temperatureC: null,
  idleW: null,
  energyToday: { joules: 0, jobJoules: 0 },
}

const PROCESSOR_OFF: Reason = {
  code: 'device-off',
  message: 'Your settings for the processor cannot be read any more, so no job runs. Switch it on again under Devices, or with: windfall device on',
  until: null,
}

const OFF = { code: 'off', message: 'You switched it off. No job gets it.' } as const
const DAMAGED = { code: 'off', message: 'Your settings for it cannot be read any more, so no job gets it. Switch it on or off again.' } as const

/** Joins what was detected, what was measured and what the owner said. */
export function createDevices(deps: DevicesDeps): Devices {
  const lent = () => deps.detection().sources.filter((source) => isLent(deps, source))
  return {
    list: () => deps.detection().sources.map((source) => describe(deps, source)),
    seen: () => [...deps.detection().seen],
    lent,
    offered: (signal) => deps.gate.admit(lent(), signal),
    machine: () => machineOf(deps),
    objections: () => (processorOf(deps) === null ? [PROCESSOR_OFF] : []),
    set: (change) => set(deps, change),
  }
}

const isLent = ({ settings, deviceIdOf }: DevicesDeps, { device }: PowerSource): boolean => settings.of(deviceIdOf(device.uuid)).enabled
const containerIdsOf = ({ device }: PowerSource): readonly string[] => (device.kind === 'gpu' ? device.containerIds : [])

const machineOf = (deps: DevicesDeps): Machine => ({
  gpus: deps
    .detection()
    .sources.filter((source) => containerIdsOf(source).length > 0)
    .map((source) => gpuOf(deps, source)),
  processor: processorOf(deps),
  ramBytes: deps.ramBytes,
  spareVramBytes: deps.spareVramBytes(),
})

function gpuOf(deps: DevicesDeps, source: PowerSource): Gpu {
  const { device, rest } = source
  const deviceId = deps.deviceIdOf(device.uuid)
  const held = deps.heldBy(deviceId)
  return {
    deviceId,
    containerIds: containerIdsOf(source),
    vramBytes: device.vramBytes ?? 0,
    // One that sleeps is used by nobody.
    freeBytes: deps.freeVram(device.uuid) ?? (rest === null ? null : device.vramBytes),
    lent: isLent(deps, source),
    refusal: deps.gate.refusalOf(device.uuid),
    held: held && { code: 'ceiling', message: held.message },
  }
}

/** A job may use every processor package, so all of them are metered, and the switch of one is that of all. */
function processorOf(deps: DevicesDeps): Machine['processor'] {
  const all = deps.detection().sources.filter(({ device }) => device.kind === 'cpu')
  return all.every((source) => isLent(deps, source)) ? all.map(({ device }) => ({ deviceId: deps.deviceIdOf(device.uuid), containerIds: [] })) : null
}

function describe(deps: DevicesDeps, source: PowerSource): Device {
  const { device, method, reader, sensor } = source
  const deviceId = deps.deviceIdOf(device.uuid)
  const { enabled, ceilings, damaged } = deps.settings.of(deviceId)
  return {
    deviceId,
    kind: device.kind,
    vendor: device.vendor,
    name: device.name,
    driver: device.driver,
    busId: device.busId,
    vramBytes: device.vramBytes,
    powerLimitW: device.powerLimitW,
    instances: device.instances,
    method,
    reader,
    sensor: { uncertaintyPct: sensor.uncertaintyPct, basis: sensor.basis },
    ...(deps.figuresOf(deviceId) ?? NOT_LOOKED_AT),
    enabled,
    ceilings,
    held: damaged ? DAMAGED : enabled ? (deps.heldBy(deviceId) ?? notSeen(deps, device.uuid)) : OFF,
  }
}

function notSeen({ gate }: DevicesDeps, uuid: string): Device['held'] {
  const refusal = gate.refusalOf(uuid)
  return refusal === null ? null : { code: 'container', message: refusal.slice(0, 300) }
}

function set(deps: DevicesDeps, { deviceId, enabled, ceilings }: DeviceChange): void {
  const source = deps.detection().sources.find(({ device }) => deps.deviceIdOf(device.uuid) === deviceId)
  if (!source) throw new WindfallError('not-found', 'This machine has no such device any more. Look for devices again.')
  if (enabled === false && source.device.kind === 'cpu')
    throw new WindfallError('input.invalid', 'Every job needs the processor, so it cannot be switched off alone. Pause Windfall to keep it free.')
  if (ceilings) requireReadable(source, ceilings, deps.figuresOf(deviceId) ?? NOT_LOOKED_AT)
  deps.settings.change(deviceId, withoutUndefined({ enabled, ceilings }))
  if (enabled === false) deps.onSwitchedOff(deviceId)
  if (ceilings) deps.onCeilings(deviceId)
  deps.changed()
}

const withoutUndefined = ({ enabled, ceilings }: Omit<DeviceChange, 'deviceId'>): Partial<Pick<DeviceSetting, 'enabled' | 'ceilings'>> => ({
  ...(enabled === undefined ? {} : { enabled }),
  ...(ceilings === undefined ? {} : { ceilings }),
})

/** A ceiling on what a device never tells would hold it for ever. Every device tells its power, though not with its first reading. */
function requireReadable({ device }: PowerSource, ceilings: Ceilings, { state, at, temperatureC }: DeviceFigures): void {
  if (ceilings.temperatureC === null || temperatureC !== null || state !== 'ok' || at === null) return
  throw new WindfallError('input.invalid', `${device.name} does not tell its temperature, so Windfall could not keep that ceiling.`)
}
