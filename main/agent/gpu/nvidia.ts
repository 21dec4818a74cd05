import type { Clock } from '../../kernel/clock.ts'
import { type DeviceIdentity, type PowerSample, type PowerSource, type SampleStatus, emptySample } from '../power-source.ts'
import { midpoint, now } from './moment.ts'
import { isLost } from './nvml-codes.ts'
import type { NvmlAnswer, NvmlHost } from './nvml-host.ts'
import type { NvmlDevice, NvmlReading } from './nvml-protocol.ts'
import { nvidiaMethod, nvidiaSensor } from './nvidia-sensor.ts'
import { sysfsBusId } from './pci.ts'

/** An NVIDIA card, with what only its driver knows. */
export interface NvidiaSource extends PowerSource {
  /** Whether the driver keeps the card initialised when nobody uses it; `null` where there is no such mode. */
  readonly persistence: boolean | null
}

/** For advice: without persistence mode the first look at an idle card takes over a second, and its energy counter may start again. */
export const persistenceOf = (source: PowerSource): boolean | null =>
  'persistence' in source && typeof source.persistence === 'boolean' ? source.persistence : null

export interface NvmlSourceDeps {
  readonly host: Pick<NvmlHost, 'ask'>
  readonly clock: Clock
  readonly driver: string
  /** As in `PowerSource`. */
  readonly rest: (() => void) | null
}

/** A power source over NVML, or `null` for a card that tells neither energy nor power. */
export function nvmlSource(device: NvmlDevice, { host, clock, driver, rest }: NvmlSourceDeps): NvidiaSource | null {
  const method = nvidiaMethod(device)
  if (!method) return null
  return {
    device: nvidiaIdentity(device, driver),
    method,
    reader: 'NVML',
    sensor: nvidiaSensor(device),
    rest,
    persistence: device.persistence,
    sample: (signal) => sample({ host, clock, uuid: device.uuid }, signal),
  }
}

const nvidiaIdentity = ({ name, uuid, busId, vramBytes, limitMw, instances }: NvmlDevice, driver: string): DeviceIdentity => ({
  kind: 'gpu',
  vendor: 'NVIDIA',
  name,
  driver: `NVIDIA ${driver}`,
  uuid,
  busId: sysfsBusId(busId),
  vramBytes,
  powerLimitW: limitMw === null ? null : limitMw / 1000,
  containerIds: instances ?? [uuid],
  instances: instances?.length ?? null,
})

async function sample({ host, clock, uuid }: Pick<NvmlSourceDeps, 'host' | 'clock'> & { uuid: string }, signal: AbortSignal): Promise<PowerSample> {
  const asked = now(clock)
  const answer = await host.ask({ ask: 'reading', uuid }, signal)
  const at = midpoint(asked, now(clock))
  return 'reading' in answer ? { ...at, ...toSample(answer.reading) } : emptySample(at, statusOf(answer))
}

const toSample = ({ gpuPct, ...reading }: NvmlReading): Omit<PowerSample, 'mono' | 'wall'> => ({
  ...reading,
  busy: gpuPct === null ? null : gpuPct / 100,
  status: 'ok',
})

const statusOf = (answer: NvmlAnswer): SampleStatus => ('code' in answer && isLost(answer.code) ? 'lost' : 'unavailable')
