import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type PowerSource, emptySample } from '../power-source.ts'
import type { CpuIdentity } from './cpu.ts'
import { now } from './moment.ts'
import { listNames, readNumber, readText } from './sysfs.ts'

/** RAPL of current Intel parts lies within a few percent of a meter; AMD's is not verified. One figure for both, on the safe side. */
const SENSOR_UNCERTAINTY_PCT = 8

export interface RaplZone {
  /** Such as `package-0`. */
  readonly name: string
  readonly path: string
  /** False for a counter that exists but that this user may not read: only root may by default, since CVE-2020-8694. */
  readonly readable: boolean
}

/** Main zones before memory-mapped twins: laptops list the same package twice. */
const zoneFolders = (root: string): string[] => {
  const names = listNames(root)
  return [...names.filter((name) => /^intel-rapl:\d+$/.test(name)), ...names.filter((name) => /^intel-rapl-mmio:\d+$/.test(name))]
}

/** CPU packages, each once and told by its name. The platform (`psys`) and memory zones are not packages and are left out. */
export function listRaplZones(sysRoot: string): RaplZone[] {
  const root = join(sysRoot, 'class/powercap')
  const zones = new Map<string, RaplZone>()
  for (const folder of zoneFolders(root)) {
    const path = join(root, folder)
    const name = readText(join(path, 'name'))
    if (!name || !/^package-\d+$/.test(name) || zones.get(name)?.readable) continue
    const readable = readNumber(join(path, 'energy_uj')) !== null
    if (readable || listNames(path).includes('energy_uj')) zones.set(name, { name, path, readable })
  }
  return [...zones.values()]
}

/**
 * A CPU package through the kernel's power capping framework (`Documentation/power/powercap`): microjoules in `energy_uj`,
 * starting again from 0 at `max_energy_range_uj`. AMD's zones bear the Intel name too.
 */
export function raplSource({ name, path }: RaplZone, { clock, cpu }: { readonly clock: Clock; readonly cpu: CpuIdentity }): PowerSource {
  const rangeUj = readNumber(join(path, 'max_energy_range_uj'))
  return {
    device: {
      kind: 'cpu',
      vendor: cpu.vendor,
      name: cpu.model,
      driver: 'powercap intel-rapl',
      uuid: `${cpu.model} ${name}`,
      busId: null,
      vramBytes: null,
      powerLimitW: limitOf(path),
      containerIds: [],
      instances: null,
    },
    method: 'rapl',
    reader: 'RAPL',
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
