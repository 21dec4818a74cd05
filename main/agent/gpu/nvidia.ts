import type { Clock } from '../../kernel/clock.ts'
import { type PowerSample, type PowerSource, type SampleStatus, emptySample } from '../power-source.ts'
import { isLost } from './nvml-codes.ts'
import type { NvmlAnswer, NvmlHost } from './nvml-host.ts'
import type { NvmlDevice, NvmlReading } from './nvml-protocol.ts'
import { nvidiaMethod, nvidiaSensor } from './nvidia-sensor.ts'
import { type PciDevice, sysfsBusId } from './pci.ts'
import { midpoint, now } from './moment.ts'

export interface NvidiaDeps {
  readonly host: NvmlHost
  readonly clock: Clock
  readonly driver: string
  readonly pci: readonly PciDevice[]
}

/** A power source over NVML, or `null` for a card that tells neither energy nor power. */
export function nvidiaSource(device: NvmlDevice, { host, clock, driver, pci }: NvidiaDeps): PowerSource | null {
  const method = nvidiaMethod(device)
  if (!method) return null
  const busId = sysfsBusId(device.busId)
  return {
    device: {
      kind: 'gpu',
      vendor: 'NVIDIA',
      name: device.name,
      driver: `NVIDIA ${driver}`,
      uuid: device.uuid,
      busId,
      vramBytes: device.vramBytes,
      powerLimitW: device.limitMw === null ? null : device.limitMw / 1000,
    },
    method,
    sensor: nvidiaSensor(device),
    rest: pci.some((seen) => seen.busId === busId && seen.sleeps) ? host.rest : null,
    sample: (signal) => sample({ host, clock, uuid: device.uuid }, signal),
  }
}

async function sample({ host, clock, uuid }: { host: NvmlHost; clock: Clock; uuid: string }, signal: AbortSignal): Promise<PowerSample> {
  const asked = now(clock)
  const answer = await host.ask({ ask: 'reading', uuid }, signal)
  const at = midpoint(asked, now(clock))
  return 'reading' in answer ? { ...at, ...toSample(answer.reading) } : emptySample(at, statusOf(answer))
}

const toSample = ({ energyMj, powerMw, temperatureC, gpuPct, memoryUsedBytes, processes }: NvmlReading): Omit<PowerSample, 'mono' | 'wall'> => ({
  energyMj,
  powerMw,
  temperatureC,
  busy: gpuPct === null ? null : gpuPct / 100,
  memoryUsedBytes,
  processes,
  status: 'ok',
})

const statusOf = (answer: NvmlAnswer): SampleStatus => ('code' in answer && isLost(answer.code) ? 'lost' : 'unavailable')
