import { join } from 'node:path'
import type { SeenDevice } from '../../../shared/contract/device.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { PowerSource } from '../power-source.ts'
import { type CpuIdentity, readCpu } from './cpu.ts'
import { cpuEstimate } from './cpu-estimate.ts'
import type { Finder } from './found.ts'
import { type RaplZone, listRaplZones, raplSource } from './rapl.ts'

export interface CpuDeps {
  readonly clock: Clock
  readonly sysRoot: string
  readonly procRoot: string
}

/** The processor: one source per package where RAPL can be read, otherwise one labelled estimate, so there is always a source. */
export function createCpuFinder({ clock, sysRoot, procRoot }: CpuDeps): Finder {
  const cpu = readCpu(procRoot)
  const estimate = cpuEstimate({ procRoot, clock, cpu })
  const known = new Map<string, PowerSource>()
  const sourceOf = (zone: RaplZone): PowerSource => {
    const source = known.get(zone.path) ?? raplSource(zone, { clock, cpu })
    known.set(zone.path, source)
    return source
  }
  return {
    find: async () => {
      const zones = listRaplZones(sysRoot)
      const counters = zones.filter(({ readable }) => readable).map(sourceOf)
      const locked = zones.find(({ readable }) => !readable)
      return { sources: counters.length > 0 ? counters : [estimate], seen: locked ? [seenLocked(cpu, sysRoot, locked)] : [], covered: new Set() }
    },
  }
}

/** The estimate is only for machines on which no other reader found a counter of the processor. */
export const withoutSpareEstimate = (sources: readonly PowerSource[]): PowerSource[] => {
  const isCounted = sources.some(({ device, method }) => device.kind === 'cpu' && method !== 'estimate')
  return sources.filter(({ method }) => !isCounted || method !== 'estimate')
}

const UDEV_RULE = `SUBSYSTEM=="powercap", RUN+="/bin/sh -c 'chgrp energy /sys%p/energy_uj; chmod g+r /sys%p/energy_uj'"`

const seenLocked = (cpu: CpuIdentity, sysRoot: string, zone: RaplZone): SeenDevice => ({
  kind: 'cpu',
  vendor: cpu.vendor,
  name: cpu.model,
  busId: null,
  reason: 'unreadable',
  advice: [
    `Windfall may not read ${join(zone.path, 'energy_uj')}, so CPU energy is estimated.`,
    `Until the next restart: sudo chmod a+r ${join(sysRoot, 'class/powercap/intel-rapl*/energy_uj')}.`,
    `For good: create the group energy, join it, put ${UDEV_RULE} into /etc/udev/rules.d/70-energy.rules and restart.`,
    'Whoever may read it can guess secrets of other programs from their power use (CVE-2020-8694).',
  ].join(' '),
})
