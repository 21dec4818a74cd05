import { type DeviceIdentity, type PowerSample, type SourceMethod, emptySample } from '../power-source.ts'
import { now } from './moment.ts'
import type { NvidiaSource } from './nvidia.ts'
import { type SensorTraits, architectureNumber, nvidiaMethod, nvidiaSensor } from './nvidia-sensor.ts'
import type { SmiCard } from './nvidia-smi-log.ts'
import type { SmiProcesses } from './nvidia-smi-processes.ts'
import type { SmiProgram } from './nvidia-smi-run.ts'
import type { SmiLine, SmiStream } from './nvidia-smi-stream.ts'
import { sysfsBusId } from './pci.ts'

/** What all cards that one `nvidia-smi` reads have in common. */
export interface SmiMeter extends Pick<SmiProgram, 'clock'> {
  readonly driver: string | null
  readonly stream: SmiStream
  readonly processes: SmiProcesses
}

/** `nvidia-smi` has no energy counter, in whatever version. */
const smiTraits = ({ name, architecture, averageMw, powerMw, instances }: SmiCard): SensorTraits => ({
  name,
  architecture: architectureNumber(architecture),
  hasCounter: false,
  hasAverage: averageMw !== null,
  hasPower: averageMw !== null || powerMw !== null,
  instances: instances === null ? null : Array.from({ length: instances }),
})

export const smiMethod = (card: SmiCard): SourceMethod | null => nvidiaMethod(smiTraits(card))

/** A power source over `nvidia-smi`, or `null` for a card that tells no power or hides its UUID. */
export function smiSource(card: SmiCard, meter: SmiMeter): NvidiaSource | null {
  const method = smiMethod(card)
  const { uuid, persistence } = card
  if (!method || uuid === null) return null
  return {
    device: identity(card, { uuid, driver: meter.driver }),
    method,
    reader: 'nvidia-smi',
    sensor: nvidiaSensor(smiTraits(card)),
    rest: () => meter.stream.rest(uuid),
    persistence,
    sample: (signal) => sample(meter, uuid, signal),
  }
}

const identity = ({ name, busId, vramBytes, limitMw, instances }: SmiCard, { uuid, driver }: { uuid: string; driver: string | null }): DeviceIdentity => ({
  kind: 'gpu',
  vendor: 'NVIDIA',
  name,
  driver: driver === null ? 'NVIDIA' : `NVIDIA ${driver}`,
  uuid,
  busId: busId === null ? null : sysfsBusId(busId),
  vramBytes,
  powerLimitW: limitMw === null ? null : limitMw / 1000,
  // The report does not name the instances of a card in MIG mode, and no container may have all of it.
  containerIds: instances === null ? [uuid] : [],
  instances,
})

async function sample({ clock, stream, processes }: SmiMeter, uuid: string, signal: AbortSignal): Promise<PowerSample> {
  const line = await stream.next(uuid, signal)
  if (!line) return emptySample(now(clock), 'unavailable')
  const computing = await processes.current()
  return toSample(line, computing && (computing.get(uuid) ?? []))
}

const toSample = ({ at, reading }: SmiLine, processes: readonly number[] | null): PowerSample => ({
  ...at,
  energyMj: null,
  powerMw: reading.averageMw ?? reading.powerMw,
  temperatureC: reading.temperatureC,
  busy: reading.gpuPct === null ? null : reading.gpuPct / 100,
  memoryUsedBytes: reading.memoryUsedBytes,
  processes,
  display: reading.display,
  status: (reading.averageMw ?? reading.powerMw) ? 'ok' : 'unavailable',
})
