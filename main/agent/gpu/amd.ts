import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSample, type PowerSource, type Sensor, type SourceMethod, emptySample } from '../power-source.ts'
import { type AmdMetrics, readAmdMetrics } from './amd-metrics.ts'
import type { DrmClients } from './drm-clients.ts'
import { drivesDisplay } from './drm-display.ts'
import { now } from './moment.ts'
import { type PciDevice, pciIdText, sleepsNow } from './pci.ts'
import { hwmonOf, readNumber, readText } from './sysfs.ts'

/** No public comparison of amdgpu's sensor with a power meter is known to us. */
const SENSOR_UNCERTAINTY_PCT = 10
const POWER_FILES = [
  ['power1_average', 'power-average'],
  ['power1_input', 'power-instant'],
] as const

interface Meter {
  readonly pci: PciDevice
  readonly hwmon: string | null
  readonly powerFile: string | null
  readonly power: Sensor['power']
  readonly hasCounter: boolean
}

/**
 * An AMD card through amdgpu: the energy counter of its `gpu_metrics` table where the kernel documents its unit, and hwmon
 * (kernel documentation "amdgpu thermal"): microwatts in `power1_average` or, on most cards since Linux 6.6, `power1_input`.
 * `null` if the card has none of them.
 */
export function amdSource(pci: PciDevice, { clock, clients }: { readonly clock: Clock; readonly clients: DrmClients }): PowerSource | null {
  const metrics = readAmdMetrics(pci.path)
  const meter = meterOf(pci, metrics)
  if (!meter) return null
  const limitUw = meter.hwmon && readNumber(join(meter.hwmon, 'power1_cap'))
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
      containerIds: [],
      instances: null,
    },
    method: methodOf(meter),
    reader: 'amdgpu (not yet verified on a card)',
    sensor: sensorOf(meter.power, metrics?.apu || hasNorthbridgeSensor(meter.hwmon)),
    rest: pci.sleeps ? () => undefined : null,
    sample: async () => (sleepsNow(pci.path) ? emptySample(now(clock), 'asleep') : read(meter, { clock, clients })),
  }
}

function meterOf(pci: PciDevice, metrics: AmdMetrics | null): Meter | null {
  const hwmon = hwmonOf(pci.path)
  const [powerFile, power] = (hwmon && POWER_FILES.find(([name]) => readPower(hwmon, name) !== null)) || [null, 'power-average' as const]
  const hasCounter = metrics?.energyMj != null
  return powerFile || hasCounter ? { pci, hwmon, powerFile, power, hasCounter } : null
}

const methodOf = ({ hasCounter, power }: Meter): SourceMethod => (hasCounter ? 'counter' : power)

/** amdgpu measures the northbridge's voltage on APUs and nowhere else. */
const hasNorthbridgeSensor = (hwmon: string | null): boolean => hwmon !== null && readText(join(hwmon, 'in1_label')) === 'vddnb'

const sensorOf = (power: Sensor['power'], apu: boolean): Sensor => ({
  updateMs: 100,
  uncertaintyPct: SENSOR_UNCERTAINTY_PCT,
  basis: apu ? 'amdgpu, assumed; the figure includes the processor on the same chip' : 'amdgpu, assumed',
  wrapMj: null,
  power,
})

function read({ pci, hwmon, powerFile, hasCounter }: Meter, { clock, clients }: { clock: Clock; clients: DrmClients }): PowerSample {
  const energyMj = hasCounter ? (readAmdMetrics(pci.path)?.energyMj ?? null) : null
  const microwatts = hwmon && powerFile ? readPower(hwmon, powerFile) : null
  const at = now(clock)
  const busyPct = readNumber(join(pci.path, 'gpu_busy_percent'))
  const use = clients.of(pci.busId)
  return {
    ...emptySample(at, energyMj === null && microwatts === null ? 'unavailable' : 'ok'),
    energyMj,
    powerMw: microwatts === null ? null : microwatts / 1000,
    temperatureC: temperatureOf(hwmon),
    busy: busyPct === null ? (use?.busy ?? null) : Math.min(1, busyPct / 100),
    memoryUsedBytes: readNumber(join(pci.path, 'mem_info_vram_used')),
    processes: use?.pids ?? null,
    display: drivesDisplay(pci.path),
  }
}

/** Microwatts. A card that is awake draws something, so 0 is a sensor that does not tell. */
const readPower = (hwmon: string, file: string): number | null => readNumber(join(hwmon, file)) || null

function temperatureOf(hwmon: string | null): number | null {
  const millidegrees = hwmon === null ? null : readNumber(join(hwmon, 'temp1_input'))
  return millidegrees === null ? null : millidegrees / 1000
}
