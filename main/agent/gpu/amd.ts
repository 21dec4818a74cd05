import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSource, type Sensor, emptySample } from '../power-source.ts'
import { now } from './moment.ts'
import { type PciDevice, pciIdText, sleepsNow } from './pci.ts'
import { hwmonOf, readNumber, readText } from './sysfs.ts'

/** No public comparison of amdgpu's sensor with a power meter is known to us. */
const SENSOR_UNCERTAINTY_PCT = 10

/**
 * An AMD card through amdgpu's hwmon (kernel documentation "amdgpu thermal"): microwatts in `power1_average` or, on most
 * cards since Linux 6.6, `power1_input`. `null` if the card has neither. On an APU the figure includes the CPU.
 */
export function amdSource(pci: PciDevice, clock: Clock): PowerSource | null {
  const hwmon = hwmonOf(pci.path)
  const file = hwmon && ['power1_average', 'power1_input'].find((name) => readNumber(join(hwmon, name)) !== null)
  if (!hwmon || !file) return null
  const power = file === 'power1_average' ? 'power-average' : 'power-instant'
  const limitUw = readNumber(join(hwmon, 'power1_cap'))
  return {
    device: {
      kind: 'gpu',
      vendor: 'AMD',
      name: readText(join(pci.path, 'product_name')) || `AMD GPU ${pciIdText(pci)}`,
      driver: pci.driver ?? 'none',
      uuid: readText(join(pci.path, 'unique_id')) || `pci-${pci.busId}-${pciIdText(pci)}`,
      busId: pci.busId,
      vramBytes: readNumber(join(pci.path, 'mem_info_vram_total')),
      powerLimitW: limitUw ? limitUw / 1e6 : null,
    },
    method: power,
    sensor: sensorOf(power),
    rest: pci.sleeps ? () => undefined : null,
    sample: async () => (sleepsNow(pci.path) ? emptySample(now(clock), 'asleep') : read({ pci, hwmon, file, clock })),
  }
}

const sensorOf = (power: Sensor['power']): Sensor => ({ updateMs: 100, uncertaintyPct: SENSOR_UNCERTAINTY_PCT, basis: 'amdgpu, assumed', wrapMj: null, power })

function read({ pci, hwmon, file, clock }: { pci: PciDevice; hwmon: string; file: string; clock: Clock }) {
  const microwatts = readNumber(join(hwmon, file))
  const millidegrees = readNumber(join(hwmon, 'temp1_input'))
  const busyPct = readNumber(join(pci.path, 'gpu_busy_percent'))
  return {
    ...emptySample(now(clock), microwatts === null ? 'unavailable' : 'ok'),
    powerMw: microwatts === null ? null : microwatts / 1000,
    temperatureC: millidegrees === null ? null : millidegrees / 1000,
    busy: busyPct === null ? null : busyPct / 100,
    memoryUsedBytes: readNumber(join(pci.path, 'mem_info_vram_used')),
  }
}
