import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSource, emptySample } from '../power-source.ts'
import type { CpuIdentity } from './cpu.ts'
import { now } from './moment.ts'
import { listNames, readNumber, readText } from './sysfs.ts'

/** RAPL of current Intel parts lies within a few percent of a meter; AMD's is not verified. One figure for both, on the safe side. */
const SENSOR_UNCERTAINTY_PCT = 8

export interface RaplZones {
  readonly sources: PowerSource[]
  /** Counters that exist but cannot be read: only root may by default, since CVE-2020-8694. */
  readonly unreadable: string[]
}

/** Main zones before memory-mapped twins: laptops list the same package twice. */
const zoneFolders = (root: string): string[] => {
  const names = listNames(root)
  return [...names.filter((name) => /^intel-rapl:\d+$/.test(name)), ...names.filter((name) => /^intel-rapl-mmio:\d+$/.test(name))]
}

/**
 * CPU packages through the kernel's power capping framework (`Documentation/power/powercap`): microjoules in `energy_uj`,
 * starting again from 0 at `max_energy_range_uj`. AMD's zones bear the Intel name too. Zones are told by `name`.
 */
export function raplZones(deps: { readonly sysRoot: string; readonly clock: Clock; readonly cpu: CpuIdentity }): RaplZones {
  const root = join(deps.sysRoot, 'class/powercap')
  const sources = new Map<string, PowerSource>()
  const unreadable: string[] = []
  for (const folder of zoneFolders(root)) {
    const zone = readText(join(root, folder, 'name'))
    const file = join(root, folder, 'energy_uj')
    if (!zone || !/^package-\d+$/.test(zone) || sources.has(zone)) continue
    if (readNumber(file) !== null) sources.set(zone, packageSource(join(root, folder), zone, deps))
    else if (listNames(join(root, folder)).includes('energy_uj')) unreadable.push(file)
  }
  return { sources: [...sources.values()], unreadable: sources.size > 0 ? [] : unreadable }
}

function packageSource(path: string, zone: string, { clock, cpu }: { readonly clock: Clock; readonly cpu: CpuIdentity }): PowerSource {
  const rangeUj = readNumber(join(path, 'max_energy_range_uj'))
  return {
    device: {
      kind: 'cpu',
      vendor: cpu.vendor,
      name: cpu.model,
      driver: 'powercap intel-rapl',
      uuid: `${cpu.model} ${zone}`,
      busId: null,
      vramBytes: null,
      powerLimitW: limitOf(path),
    },
    method: 'rapl',
    sensor: { updateMs: 1, uncertaintyPct: SENSOR_UNCERTAINTY_PCT, basis: 'RAPL, assumed', wrapMj: rangeUj ? rangeUj / 1000 : null, power: 'power-instant' },
    rest: null,
    sample: async () => {
      const microjoules = readNumber(join(path, 'energy_uj'))
      return { ...emptySample(now(clock), microjoules === null ? 'unavailable' : 'ok'), energyMj: microjoules === null ? null : microjoules / 1000 }
    },
  }
}

/** The highest of the zone's own limits: the short-term one may exceed the long-term one. */
function limitOf(path: string): number | null {
  const limits = [0, 1, 2].flatMap((index) => readNumber(join(path, `constraint_${index}_power_limit_uw`)) ?? [])
  const highest = Math.max(0, ...limits)
  return highest > 0 ? highest / 1e6 : null
}
