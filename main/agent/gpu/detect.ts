import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import type { PowerSource } from '../power-source.ts'
import { amdSource } from './amd.ts'
import { type CpuIdentity, readCpu } from './cpu.ts'
import { cpuEstimate } from './cpu-estimate.ts'
import { intelSource } from './intel.ts'
import { nvidiaSource } from './nvidia.ts'
import { nvmlAdvice } from './nvml-codes.ts'
import { createNvmlHost } from './nvml-host.ts'
import { findNvmlLibrary } from './nvml-library.ts'
import { AMD, INTEL, NVIDIA, type PciDevice, listDisplayDevices, pciIdText, sysfsBusId, vendorName } from './pci.ts'
import { raplZones } from './rapl.ts'

export interface DetectDeps {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the kernel shows its devices and processes; a test gives its own. */
  readonly sysRoot?: string
  readonly procRoot?: string
  /** The program that holds the vendor library; a bundle names its own. */
  readonly nvmlChildEntry?: string
}

/** Hardware that is there but cannot be used for metered work, with the reason and what the owner can do. */
interface SeenDevice {
  readonly kind: 'gpu' | 'cpu'
  readonly vendor: string
  readonly name: string
  readonly busId: string | null
  readonly reason: 'no-driver' | 'no-meter' | 'asleep' | 'unreadable' | 'driver-failed'
  readonly advice: string
}

export interface Detection {
  readonly cpu: CpuIdentity
  /** GPUs first; there is always at least one CPU source. */
  readonly sources: readonly PowerSource[]
  readonly seen: readonly SeenDevice[]
}

/**
 * Finds everything on this machine whose energy can be read. A sleeping GPU is not woken, and no vendor library is loaded into
 * this process. The sources live until `signal` aborts. Never rejects for lack of hardware.
 */
export async function detectSources(
  { clock, environment, sysRoot = '/sys', procRoot = '/proc', nvmlChildEntry }: DetectDeps,
  signal: AbortSignal,
): Promise<Detection> {
  const cpu = readCpu(procRoot)
  const pci = listDisplayDevices(sysRoot)
  const library = findNvmlLibrary({ environment })
  const nvidia = library
    ? await detectNvidia({ clock, environment, libraryPath: library, ...(nvmlChildEntry ? { childEntry: nvmlChildEntry } : {}) }, pci, signal)
    : NOTHING
  const others = pci.filter((device) => !nvidia.covered.has(device.busId)).map((device) => detectOther(device, clock))
  const processor = detectCpu({ sysRoot, procRoot, clock, cpu })
  const found = [nvidia, ...others, processor]
  return { cpu, sources: found.flatMap(({ sources }) => sources), seen: found.flatMap(({ seen }) => seen) }
}

interface Found {
  readonly sources: readonly PowerSource[]
  readonly seen: readonly SeenDevice[]
}
/** `covered`: PCI addresses about which everything has been said. */
type FoundNvidia = Found & { readonly covered: ReadonlySet<string> }
const NOTHING: FoundNvidia = { sources: [], seen: [], covered: new Set() }

async function detectNvidia(deps: Parameters<typeof createNvmlHost>[0], pci: readonly PciDevice[], signal: AbortSignal): Promise<FoundNvidia> {
  const cards = pci.filter((device) => device.vendorId === NVIDIA)
  const covered = new Set(cards.map(({ busId }) => busId))
  // Initialising the library wakes every card, so one that sleeps keeps all of them unread.
  if (cards.some(({ asleep }) => asleep))
    return {
      sources: [],
      seen: cards.map((card) => seenPci(card, 'asleep', 'It sleeps to save power and is not woken to be looked at. Use it once, then look again.')),
      covered,
    }
  const host = createNvmlHost(deps, signal)
  const answer = await host.ask({ ask: 'devices' }, signal)
  if (!('devices' in answer)) {
    const advice = 'code' in answer ? nvmlAdvice(answer.code) : 'The NVIDIA driver does not answer. Restart the machine.'
    host.rest()
    return { sources: [], seen: cards.map((card) => seenPci(card, 'driver-failed', advice)), covered }
  }
  const found = answer.devices.map(
    (device) => nvidiaSource(device, { host, clock: deps.clock, driver: answer.driver, pci }) ?? seenGpu('NVIDIA', device.name, sysfsBusId(device.busId)),
  )
  if (cards.some(({ sleeps }) => sleeps)) host.rest()
  const known = new Set(answer.devices.map(({ busId }) => sysfsBusId(busId)))
  return { sources: found.filter((one) => 'sample' in one), seen: found.filter((one) => 'reason' in one), covered: known }
}

function detectOther(device: PciDevice, clock: Clock): Found {
  if (device.driver === null || device.driver === 'vfio-pci')
    return { sources: [], seen: [seenPci(device, 'no-driver', 'No graphics driver serves it. Install the driver of its vendor.')] }
  if (device.asleep)
    return { sources: [], seen: [seenPci(device, 'asleep', 'It sleeps to save power and is not woken to be looked at. Use it once, then look again.')] }
  const source = device.vendorId === AMD ? amdSource(device, clock) : device.vendorId === INTEL ? intelSource(device, clock) : null
  return source
    ? { sources: [source], seen: [] }
    : { sources: [], seen: [seenPci(device, 'no-meter', 'Its driver has no power meter that Windfall can read.')] }
}

function detectCpu(deps: { readonly sysRoot: string; readonly procRoot: string; readonly clock: Clock; readonly cpu: CpuIdentity }): Found {
  const { sources, unreadable } = raplZones(deps)
  const advice = `Windfall may not read ${unreadable[0]}, so CPU energy is estimated. To allow it: sudo chmod a+r ${join(deps.sysRoot, 'class/powercap/intel-rapl*/energy_uj')}`
  const seen: SeenDevice[] =
    unreadable.length === 0 ? [] : [{ kind: 'cpu', vendor: deps.cpu.vendor, name: deps.cpu.model, busId: null, reason: 'unreadable', advice }]
  return { sources: sources.length > 0 ? sources : [cpuEstimate(deps)], seen }
}

const seenPci = (device: PciDevice, reason: SeenDevice['reason'], advice: string): SeenDevice => ({
  kind: 'gpu',
  vendor: vendorName(device.vendorId),
  name: `${vendorName(device.vendorId)} GPU ${pciIdText(device)}`,
  busId: device.busId,
  reason,
  advice,
})

const seenGpu = (vendor: string, name: string, busId: string): SeenDevice => ({
  kind: 'gpu',
  vendor,
  name,
  busId,
  reason: 'no-meter',
  advice: 'The card reports neither energy nor power, so work on it cannot be metered.',
})
