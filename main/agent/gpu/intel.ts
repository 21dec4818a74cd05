import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSample, type PowerSource, emptySample } from '../power-source.ts'
import type { DrmClients } from './drm-clients.ts'
import { drivesDisplay } from './drm-display.ts'
import { now } from './moment.ts'
import { type PciDevice, pciIdText, sleepsNow } from './pci.ts'
import { hwmonOf, readNumber } from './sysfs.ts'

/** No public comparison of this counter with a power meter is known to us. */
const SENSOR_UNCERTAINTY_PCT = 10
/** i915 has the package's temperature first; xe numbers package 2, memory 3. */
const TEMPERATURE_FILES = ['temp1_input', 'temp2_input']

/**
 * An Intel Arc card through the hwmon of i915 or xe (kernel ABI `sysfs-driver-intel-i915-hwmon`, `sysfs-driver-intel-xe-hwmon`):
 * microjoules in `energy1_input` (card) or, where that is absent or 0, `energy2_input` (package). The kernel adds up a 32-bit
 * register each time it is asked, so it never wraps for us. `null` if there is neither, as on every integrated Intel GPU.
 */
export function intelSource(pci: PciDevice, { clock, clients }: { readonly clock: Clock; readonly clients: DrmClients }): PowerSource | null {
  const hwmon = hwmonOf(pci.path)
  const file = hwmon && ['energy1_input', 'energy2_input'].find((name) => (readNumber(join(hwmon, name)) ?? 0) > 0)
  if (!hwmon || !file) return null
  const limitUw = readNumber(join(hwmon, 'power1_max')) || readNumber(join(hwmon, 'power1_rated_max'))
  return {
    device: {
      kind: 'gpu',
      vendor: 'Intel',
      name: `Intel GPU ${pciIdText(pci)}`,
      driver: pci.driver ?? 'none',
      uuid: `pci-${pci.busId}-${pciIdText(pci)}`,
      busId: pci.busId,
      vramBytes: null,
      powerLimitW: limitUw ? limitUw / 1e6 : null,
      containerIds: [],
      instances: null,
    },
    method: 'counter',
    reader: `${pci.driver ?? 'Intel'} (not yet verified on a card)`,
    sensor: {
      updateMs: 100,
      uncertaintyPct: SENSOR_UNCERTAINTY_PCT,
      basis: `${pci.driver ?? 'Intel'} energy counter, assumed`,
      wrapMj: null,
      power: 'power-instant',
    },
    rest: pci.sleeps ? () => undefined : null,
    sample: async () => (sleepsNow(pci.path) ? emptySample(now(clock), 'asleep') : read({ pci, hwmon, file }, { clock, clients })),
  }
}

function read({ pci, hwmon, file }: { pci: PciDevice; hwmon: string; file: string }, { clock, clients }: { clock: Clock; clients: DrmClients }): PowerSample {
  const microjoules = readNumber(join(hwmon, file))
  const at = now(clock)
  const millidegrees = TEMPERATURE_FILES.map((name) => readNumber(join(hwmon, name))).find((value) => value !== null) ?? null
  const use = clients.of(pci.busId)
  return {
    ...emptySample(at, microjoules ? 'ok' : 'unavailable'),
    energyMj: microjoules ? microjoules / 1000 : null,
    temperatureC: millidegrees === null ? null : millidegrees / 1000,
    busy: use?.busy ?? null,
    processes: use?.pids ?? null,
    display: drivesDisplay(pci.path),
  }
}
