import type { AgentStatus, Ceilings, Device, Reason } from '../../shared/contract/agent.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { DeviceSetting, DeviceSettings } from './device-settings.ts'
import type { Detection } from './gpu/detect.ts'
import type { HeldDevice } from './ceiling-watch.ts'
import { DEVICES_OFF, type Failure } from './jobs/failure.ts'
import type { Equipment } from './jobs/runner.ts'
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
  readonly spareVramBytes: number
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
  /** What a lease gets to work on. */
  readonly equip: (lease: Lease) => Equipment
  /** Why a lease has to wait although it is equipped; `null` if nothing holds its devices. */
  readonly holding: (lease: Lease) => HeldDevice | null
  /** Why the devices of a lease have too little memory left for it; `null` if one has enough, or it needs none. */
  readonly crowded: (lease: Lease) => string | null
  /** What keeps every job away: none runs without the processor. */
  readonly objections: () => readonly Reason[]
  /** Acts at once. Errors: `not-found`, `input.invalid`. */
  readonly set: (change: DeviceChange) => void
}

const NO_GPU: Failure = {
  reason: 'runtime.unavailable',
  message: 'This machine has no GPU whose energy can be read and that a container can be given. The job goes back to the queue.',
  exitCode: null,
  retry: true,
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
  const lent = () => deps.detection().sources.filter(({ device }) => deps.settings.of(deps.deviceIdOf(device.uuid)).enabled)
  const equip = (lease: Lease): Equipment => (lease.spec.needs.gpu ? equipGpus(deps, lent()) : equipCpus(deps, lent()))
  return {
    list: () => deps.detection().sources.map((source) => describe(deps, source)),
    seen: () => [...deps.detection().seen],
    lent,
    offered: (signal) => deps.gate.admit(lent(), signal),
    equip,
    holding: (lease) => {
      const equipment = equip(lease)
      const held = 'devices' in equipment ? equipment.devices.flatMap(({ deviceId }) => deps.heldBy(deviceId) ?? []) : []
      return held[0] ?? null
    },
    crowded: (lease) => crowded(deps, equip(lease), lease.spec.needs),
    objections: () => ('refusal' in equipCpus(deps, lent()) ? [PROCESSOR_OFF] : []),
    set: (change) => set(deps, change),
  }
}

const gib = (bytes: number): string => `${(bytes / 1_073_741_824).toFixed(1)} GiB`

/** What a card that sleeps or does not tell has left is only unknown where a job says how much it needs. */
function crowded(deps: DevicesDeps, equipment: Equipment, { gpu, vramBytes }: Lease['spec']['needs']): string | null {
  if (!gpu || !('devices' in equipment)) return null
  const ids = new Set(equipment.devices.map(({ deviceId }) => deviceId))
  const cards = deps.detection().sources.filter(({ device }) => ids.has(deps.deviceIdOf(device.uuid)))
  const free = cards.map(({ device, rest }) => deps.freeVram(device.uuid) ?? (rest === null ? null : device.vramBytes))
  const most = Math.max(...free.map((bytes) => bytes ?? -1))
  if (most >= vramBytes + deps.spareVramBytes || (most < 0 && vramBytes === 0)) return null
  if (most < 0) return 'No GPU tells how much of its memory is free, and this job needs some.'
  return `${gib(most)} of GPU memory are free; this job needs ${gib(vramBytes)}, and ${gib(deps.spareVramBytes)} are kept for you.`
}

const jobDevice = ({ deviceIdOf }: DevicesDeps, { device }: PowerSource) => ({
  deviceId: deviceIdOf(device.uuid),
  containerIds: device.kind === 'gpu' ? device.containerIds : [],
})

const isUsable = ({ device }: PowerSource): boolean => device.kind === 'gpu' && device.containerIds.length > 0
const isCpu = ({ device }: PowerSource): boolean => device.kind === 'cpu'

/** Every card that is lent and can be given away; one that has to rest is left out as long as another one does not. */
function equipGpus(deps: DevicesDeps, lent: readonly PowerSource[]): Equipment {
  const cards = lent.filter(isUsable)
  if (cards.length === 0) return { refusal: deps.detection().sources.some(isUsable) ? DEVICES_OFF : NO_GPU }
  const refusals = cards.map(({ device }) => deps.gate.refusalOf(device.uuid))
  const usable = cards.filter((_, index) => refusals[index] === null).map((source) => jobDevice(deps, source))
  if (usable.length === 0) return { refusal: { ...NO_GPU, message: `No container here can use the GPU: ${refusals[0]}`.slice(0, 300) } }
  const free = usable.filter(({ deviceId }) => deps.heldBy(deviceId) === null)
  return { devices: free.length > 0 ? free : usable }
}

/** A job may use every processor package, so all of them are metered, and the switch of one is that of all. */
function equipCpus(deps: DevicesDeps, lent: readonly PowerSource[]): Equipment {
  const all = deps.detection().sources.filter(isCpu)
  if (lent.filter(isCpu).length < all.length) return { refusal: DEVICES_OFF }
  return { devices: all.map((source) => jobDevice(deps, source)) }
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
