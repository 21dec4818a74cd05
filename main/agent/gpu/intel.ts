import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSource, emptySample } from '../power-source.ts'
import { now } from './moment.ts'
import { type PciDevice, pciIdText, sleepsNow } from './pci.ts'
import { hwmonOf, readNumber } from './sysfs.ts'

/** No public comparison of this counter with a power meter is known to us. */
const SENSOR_UNCERTAINTY_PCT = 10

/**
 * An Intel Arc card through the hwmon of i915 or xe (kernel ABI `sysfs-driver-intel-i915-hwmon`, `sysfs-driver-intel-xe-hwmon`):
 * microjoules in `energy1_input` (card) or, where that is absent or 0, `energy2_input` (package). `null` if there is neither,
 * as on every integrated Intel GPU.
 */
export function intelSource(pci: PciDevice, clock: Clock): PowerSource | null {
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
    },
    method: 'counter',
    sensor: {
      updateMs: 100,
      uncertaintyPct: SENSOR_UNCERTAINTY_PCT,
      basis: `${pci.driver ?? 'Intel'} energy counter, assumed`,
      wrapMj: null,
      power: 'power-instant',
    },
    rest: pci.sleeps ? () => undefined : null,
    sample: async () => {
      if (sleepsNow(pci.path)) return emptySample(now(clock), 'asleep')
      const microjoules = readNumber(join(hwmon, file))
      return { ...emptySample(now(clock), microjoules === null ? 'unavailable' : 'ok'), energyMj: microjoules === null ? null : microjoules / 1000 }
    },
  }
}
