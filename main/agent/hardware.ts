import { join } from 'node:path'
import type { PowerReading } from '../../shared/contract/device.ts'
import type { LaunchChild } from '../kernel/child.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import { createCeilingWatch } from './ceiling-watch.ts'
import { createDeviceSettings } from './device-settings.ts'
import { type Devices, createDevices } from './devices.ts'
import type { GpuGate } from './gpu-gate.ts'
import { type Detector, createDetector } from './gpu/detect.ts'
import { runsInContainer } from './gpu/processes.ts'
import { type Inventory, openInventory } from './inventory.ts'
import type { Runner } from './jobs/runner.ts'
import { uuidHashOf } from './metering/measurement.ts'
import { type Meter, createMeter } from './metering/meter.ts'
import { createSampleStore } from './metering/sample-store.ts'
import type { PowerSample, PowerSource } from './power-source.ts'
import { ramForJobs } from './ram.ts'
import type { AgentStores } from './stores.ts'
import type { MemoryReading } from './vram-watch.ts'

export interface HardwareDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly launch: LaunchChild
  readonly dataDirectory: string
  readonly nodeId: string
  readonly stores: Pick<AgentStores, 'settings' | 'jobs' | 'deviceDays' | 'oldSampleLogs'>
  /** Whoever runs attempts; there is none before the first one can start. */
  readonly runner: () => Pick<Runner, 'hold' | 'yieldDevice'>
  readonly onReading: (reading: PowerReading) => void
  /** Every reading of every device. */
  readonly onSample?: (source: PowerSource, sample: PowerSample) => void
  /** Bytes of GPU memory that nobody uses, by hardware id; `null` if that is not told. */
  readonly freeVram?: (uuid: string) => number | null
  /** Bytes that have to stay free beside what a job needs. */
  readonly spareVramBytes?: () => number
  /** Tells which GPUs a container can use. */
  readonly gate: GpuGate
  /** What a window shows may have changed. */
  readonly changed: () => void
  /** What the coordinator was told may no longer be true. */
  readonly capabilitiesChanged: () => void
  /** A test gives its own. */
  readonly detector?: Detector
}

/** Everything about the devices of this machine: which there are, what they draw, and what their owner wants. */
export interface Hardware {
  readonly inventory: Inventory
  readonly meter: Meter
  readonly devices: Devices
  /** The exact samples of an attempt as gzip, `null` if they are gone. */
  readonly sampleLog: (attemptId: string) => Promise<Uint8Array | null>
  /** Asks the GPUs among these devices now. */
  readonly readMemory: (deviceIds: readonly string[], signal: AbortSignal) => Promise<MemoryReading[]>
}

/** Looks at the machine once, and wires what belongs to its devices. `signal` ends every helper process. */
export async function openHardware(deps: HardwareDeps, signal: AbortSignal): Promise<Hardware> {
  const { clock, log, nodeId, stores, changed, runner, gate } = deps
  const ids = new Map<string, string>()
  const deviceIdOf = (uuid: string): string => {
    const id = ids.get(uuid) ?? uuidHashOf(uuid, nodeId)
    ids.set(uuid, id)
    return id
  }
  const allChanged = () => {
    changed()
    deps.capabilitiesChanged()
  }
  let opened: Inventory | null = null
  const detector = deps.detector ?? createDetector(deps, { signal, renamed: () => void opened?.look('names') })
  const doubted = () => {
    gate.forget()
    deps.capabilitiesChanged()
  }
  const inventory = (opened = await openInventory({ detector, clock, log, changed: allChanged, doubted }, signal))
  const settings = createDeviceSettings(stores.settings)
  const ceilings = createCeilingWatch({ clock, ceilingsOf: (deviceId) => settings.of(deviceId).ceilings, changed })
  const samples = createSampleStore({
    clock,
    log,
    directory: join(deps.dataDirectory, 'samples'),
    openAttempts: () => stores.jobs.open().map(({ lease }) => lease.attemptId),
    old: stores.oldSampleLogs,
  })
  const holdAttempts = () => runner().hold((deviceIds) => deviceIds.map(ceilings.heldBy).find((held) => held !== null) ?? null)
  const statuses = new Map<string, PowerSample['status']>()
  const meter = createMeter({
    sources: () => inventory.current().sources,
    clock,
    nodeId,
    isOwnProcess: runsInContainer,
    onReading: deps.onReading,
    onSample(deviceId, sample, watts) {
      const { status, temperatureC } = sample
      inventory.note(deviceId, status)
      const known = inventory.current().sources.find(({ device }) => deviceIdOf(device.uuid) === deviceId)
      if (known) deps.onSample?.(known, sample)
      // One that falls silent brings no reading, by which a window would hear of it.
      if (status !== statuses.get(deviceId)) changed()
      statuses.set(deviceId, status)
      const name = known?.device.name ?? 'This device'
      ceilings.observe([{ deviceId, name, status, temperatureC, watts }])
      holdAttempts()
    },
    samples,
    days: stores.deviceDays,
  })
  const devices = createDevices({
    detection: inventory.current,
    settings,
    deviceIdOf,
    figuresOf: (deviceId) => meter.figures().get(deviceId),
    heldBy: ceilings.heldBy,
    freeVram: deps.freeVram ?? (() => null),
    spareVramBytes: deps.spareVramBytes ?? (() => 0),
    ramBytes: ramForJobs(),
    onSwitchedOff: (deviceId) => runner().yieldDevice(deviceId, 'device-off'),
    onCeilings(deviceId) {
      ceilings.reconsider(deviceId)
      holdAttempts()
    },
    gate,
    changed: allChanged,
  })
  const readMemory: Hardware['readMemory'] = (deviceIds, stop) => {
    const gpus = inventory.current().sources.filter(({ device }) => device.kind === 'gpu')
    return Promise.all(gpus.filter(({ device }) => deviceIds.includes(deviceIdOf(device.uuid))).map((source) => memoryOf(source, deviceIdOf, stop)))
  }
  return { inventory, meter, devices, sampleLog: samples.readPacked, readMemory }
}

async function memoryOf(source: PowerSource, deviceIdOf: (uuid: string) => string, signal: AbortSignal): Promise<MemoryReading> {
  const { memoryUsedBytes, processes } = await source.sample(signal)
  return { deviceId: deviceIdOf(source.device.uuid), usedBytes: memoryUsedBytes, processes }
}
