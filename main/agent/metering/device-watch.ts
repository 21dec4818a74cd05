import type { Device, PowerReading } from '../../../shared/contract/device.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'
import type { DeviceDaysStore } from './device-days.store.ts'
import { createEnergyDays } from './energy-days.ts'
import { type IdleBaseline, type IdleWatch, NOTHING_WATCHED, endQuiet, validBaseline, watchIdle } from './idle-baseline.ts'
import { type Live, createLive } from './live.ts'
import { meteredDevice, uuidHashOf } from './measurement.ts'

/** What the owner is shown of one device. */
export type DeviceFigures = Pick<Device, 'state' | 'at' | 'watts' | 'temperatureC' | 'idleW' | 'energyToday'>

export interface DeviceWatchDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly nodeId: string
  readonly onReading: (reading: PowerReading) => void
  /** `watts` as read, or as the counter rose since the look before. */
  readonly onSample?: (deviceId: string, sample: PowerSample, watts: number | null) => void
  readonly days: DeviceDaysStore
}

export interface DeviceWatch extends Pick<Live, 'show' | 'latest' | 'readings' | 'hottestC'> {
  readonly idOf: (source: PowerSource) => string
  /** Takes in what was read of a device, and whether an attempt runs on it. */
  readonly see: (source: PowerSource, sample: PowerSample, working: boolean) => void
  readonly figuresOf: (source: PowerSource, working: boolean) => DeviceFigures
  /** Power of the quiet device, while that still counts. */
  readonly baselineOf: (source: PowerSource) => IdleBaseline | null
  /** Writes the energy of the day. */
  readonly flush: () => void
}

/** Everything that is remembered of each device beside the proofs: the last look, its quiet, its energy per day. */
export function createDeviceWatch({ clock, nodeId, onReading, onSample, days: store }: DeviceWatchDeps): DeviceWatch {
  const live = createLive(onReading)
  const days = createEnergyDays(store)
  const idle = new Map<string, IdleWatch>()
  const ids = new Map<string, string>()
  const idOf = ({ device: { uuid } }: PowerSource): string => {
    const id = ids.get(uuid) ?? uuidHashOf(uuid, nodeId)
    ids.set(uuid, id)
    return id
  }
  const idleOf = ({ device }: PowerSource): IdleWatch => idle.get(device.uuid) ?? NOTHING_WATCHED
  return {
    ...live,
    idOf,
    see(source, sample, working) {
      const device = meteredDevice(source)
      live.note(source, sample)
      idle.set(source.device.uuid, working ? endQuiet(idleOf(source)) : watchIdle(idleOf(source), device, sample))
      days.see({ deviceId: idOf(source), device, reading: sample, inJob: working })
      onSample?.(idOf(source), sample, live.figure(source.device.uuid)?.watts ?? null)
    },
    figuresOf(source, working) {
      const figure = live.figure(source.device.uuid)
      const resting = source.rest !== null && !working
      const energyToday = days.today(idOf(source), clock.now())
      const idleW = idleOf(source).baseline?.watts ?? null
      const at = figure && toIso(figure.sample.wall)
      if (resting || !figure) return { state: resting ? 'asleep' : 'ok', at, watts: null, temperatureC: null, idleW, energyToday }
      return { state: figure.sample.status, at, watts: figure.watts, temperatureC: figure.sample.temperatureC, idleW, energyToday }
    },
    baselineOf: (source) => validBaseline(idleOf(source), clock.now()),
    flush: days.flush,
  }
}
