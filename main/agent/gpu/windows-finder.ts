import type { SeenDevice } from '../../../shared/contract/device.ts'
import { type PowerSource, emptySample } from '../power-source.ts'
import { type CpuIdentity, readCpu } from './cpu.ts'
import { type Finder, NOTHING_FOUND } from './found.ts'
import { midpoint, now } from './moment.ts'
import { vendorName } from './pci.ts'
import { pciIdText } from './pci-ids.ts'
import { type WindowsDeps, type WindowsHost, createWindowsHost } from './windows-host.ts'
import { type GpuUses, createGpuUses } from './windows-processes.ts'
import type { AdapterUse } from './windows-protocol.ts'

export interface WindowsFinder extends Finder {
  /** Who uses which GPU, for {@link file://./windows-processes.ts withWindowsProcesses}. */
  readonly uses: GpuUses
}

const NOT_VERIFIED = 'not yet verified on Windows'
/** RAPL behind the interface; one figure for all processors, on the safe side. */
const SENSOR_UNCERTAINTY_PCT = 8
const UPDATE_MS = 100
const MICROSOFT = 0x1414
const NO_METER = 'Windows itself measures the power of no graphics card, and no reader for this one is there. NVIDIA cards need their driver installed.'

/**
 * What Windows can tell by itself: the energy of the processor, and which graphics adapters there are and who uses them.
 * On another platform it finds nothing and starts nothing. Lives until `signal` aborts.
 */
export function createWindowsFinder(deps: WindowsDeps & { readonly platform: NodeJS.Platform }, signal: AbortSignal): WindowsFinder {
  if (deps.platform !== 'win32') return { find: async () => NOTHING_FOUND, uses: { look: async () => null } }
  const host = createWindowsHost(deps, signal)
  const uses = createGpuUses({ host, clock: deps.clock })
  const cpu = readCpu('/proc')
  const known = new Map<string, PowerSource>()
  const sourceOf = (meter: { readonly id: number; readonly channel: string }): PowerSource => {
    const key = `${meter.id} ${meter.channel}`
    const source = known.get(key) ?? cpuSource(meter, { ...deps, host, cpu })
    known.set(key, source)
    return source
  }
  let counters: readonly PowerSource[] = []
  return {
    uses,
    find: async (_pci, findSignal) => {
      const answer = await host.ask({ ask: 'meters' }, findSignal)
      // A reader that is down for a moment does not make the processor's counters go away.
      if ('meters' in answer) counters = answer.meters.map(sourceOf)
      const adapters = (await uses.look(findSignal)) ?? []
      return { sources: counters, seen: adapters.flatMap(seenAdapter), covered: new Set() }
    },
  }
}

function cpuSource(
  { id, channel }: { readonly id: number; readonly channel: string },
  { host, clock, cpu }: { readonly host: WindowsHost; readonly clock: WindowsDeps['clock']; readonly cpu: CpuIdentity },
): PowerSource {
  return {
    device: {
      kind: 'cpu',
      vendor: cpu.vendor,
      name: cpu.model,
      driver: 'Windows Energy Meter Interface',
      uuid: `${cpu.model} ${channel}`,
      busId: null,
      vramBytes: null,
      powerLimitW: null,
      containerIds: [],
      instances: null,
    },
    method: 'rapl',
    reader: `Energy Meter Interface (${NOT_VERIFIED})`,
    sensor: {
      updateMs: UPDATE_MS,
      uncertaintyPct: SENSOR_UNCERTAINTY_PCT,
      basis: `RAPL through Windows, assumed, ${NOT_VERIFIED}`,
      wrapMj: null,
      power: 'power-instant',
    },
    rest: null,
    sample: async (signal) => {
      const asked = now(clock)
      const answer = await host.ask({ ask: 'energy', id }, signal)
      const at = midpoint(asked, now(clock))
      const energyMj = 'energyMj' in answer ? answer.energyMj : null
      return { ...emptySample(at, energyMj === null ? 'unavailable' : 'ok'), energyMj }
    },
  }
}

/** Adapters that are no hardware on a bus, such as Windows' own software renderer, are nobody's GPU. */
function seenAdapter({ busId, vendorId, deviceId }: AdapterUse): SeenDevice[] {
  if (busId === null || vendorId === null || deviceId === null || vendorId === MICROSOFT) return []
  const vendor = vendorName(vendorId)
  return [{ kind: 'gpu', vendor, name: `${vendor} GPU ${pciIdText({ vendorId, deviceId })}`, busId, reason: 'no-meter', advice: NO_METER }]
}
