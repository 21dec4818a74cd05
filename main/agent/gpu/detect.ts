import { join } from 'node:path'
import type { SeenDevice } from '../../../shared/contract/device.ts'
import { type LaunchChild, launchNodeChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { PowerSource } from '../power-source.ts'
import { createAcceleratorFinder } from './accelerators.ts'
import { type CpuIdentity, readCpu } from './cpu.ts'
import { createCpuFinder, withoutSpareEstimate } from './cpu-finder.ts'
import type { Finder, Found } from './found.ts'
import { createMacosFinder } from './macos-finder.ts'
import { NO_NAMES, lookUpNames, mayAskForGraphics, withNames } from './names.ts'
import { createNvidiaFinder } from './nvidia-finder.ts'
import { type PciDevice, listPciDevices } from './pci.ts'
import { createSysfsFinder } from './sysfs-finder.ts'
import { readText } from './sysfs.ts'
import { createWindowsFinder } from './windows-finder.ts'
import { withWindowsProcesses } from './windows-processes.ts'

export interface DetectDeps {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How vendor libraries and slow look-ups are kept out of this process; a bundle brings its own. */
  readonly launch?: LaunchChild
  /** Where the kernel shows its devices and processes; a test gives its own. */
  readonly sysRoot?: string
  readonly procRoot?: string
  readonly platform?: NodeJS.Platform
}

/** Everything on this machine whose energy can be read, and what was seen besides. */
export interface Detection {
  readonly cpu: CpuIdentity
  /** GPUs first; there is always at least one CPU source. A device that is still there keeps its source object. */
  readonly sources: readonly PowerSource[]
  readonly seen: readonly SeenDevice[]
}

export interface Detector {
  /** Looks at the whole machine. Wakes no GPU that sleeps, loads no vendor library into this process, never rejects for lack of hardware. */
  readonly detect: (signal: AbortSignal) => Promise<Detection>
  /** A text that changes when hardware, driver or a card's sleep does. Reads a few small files and asks no device. */
  readonly fingerprint: () => string
}

type Located = Required<DetectDeps>

const located = (deps: DetectDeps): Located => ({ launch: launchNodeChild, sysRoot: '/sys', procRoot: '/proc', platform: process.platform, ...deps })

/** Readers in the order in which they get to say something about a device. Those of another platform find nothing and start nothing. */
function createFinders(deps: Located, signal: AbortSignal): readonly Finder[] {
  const windows = createWindowsFinder(deps, signal)
  const nvidia = createNvidiaFinder(deps, signal)
  const onWindows = (found: Found): Found => ({ ...found, sources: found.sources.map((source) => withWindowsProcesses(source, windows.uses)) })
  return [
    deps.platform === 'win32' ? { find: async (pci, callSignal) => onWindows(await nvidia.find(pci, callSignal)) } : nvidia,
    createAcceleratorFinder(deps),
    createSysfsFinder(deps),
    windows,
    createMacosFinder(deps, signal),
    createCpuFinder(deps),
  ]
}

/**
 * Finds devices as often as asked. Sources live until `signal` aborts. `renamed` is called once, when the names under which cards
 * are sold have been looked up, which takes seconds on some systems.
 */
export function createDetector(deps: DetectDeps, { signal, renamed }: { readonly signal: AbortSignal; readonly renamed: () => void }): Detector {
  const here = located(deps)
  const finders = createFinders(here, signal)
  const naming = createNaming(here, { signal, renamed })
  return {
    async detect(callSignal) {
      const pci = listPciDevices(here.sysRoot)
      naming.start(pci)
      const found = await ask(finders, pci, callSignal)
      return combine(readCpu(here.procRoot), naming.names(), found)
    },
    fingerprint: () => fingerprintOf(here.sysRoot),
  }
}

/** Looks once, names included. The sources live until `signal` aborts. */
export async function detectSources(deps: DetectDeps, signal: AbortSignal): Promise<Detection> {
  const here = located(deps)
  const pci = listPciDevices(here.sysRoot)
  const names = mayAskForGraphics(here.platform, pci) ? await lookUpNames(here, signal) : NO_NAMES
  return combine(readCpu(here.procRoot), names, await ask(createFinders(here, signal), pci, signal))
}

async function ask(finders: readonly Finder[], pci: readonly PciDevice[], signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = []
  const spokenFor = new Set<string | null>()
  for (const finder of finders) {
    const { sources, seen, covered } = await finder.find(
      pci.filter(({ busId }) => !spokenFor.has(busId)),
      signal,
    )
    found.push({ sources, seen: seen.filter(({ busId }) => busId === null || !spokenFor.has(busId)), covered })
    for (const busId of [...covered, ...sources.map(({ device }) => device.busId)]) if (busId !== null) spokenFor.add(busId)
  }
  return found
}

function combine(cpu: CpuIdentity, names: typeof NO_NAMES, all: readonly Found[]): Detection {
  const found = all.map((one) => withNames(one, names))
  return { cpu, sources: withoutSpareEstimate(found.flatMap(({ sources }) => sources)), seen: found.flatMap(({ seen }) => seen) }
}

/** Begins at the first look that may ask without waking a card. */
function createNaming(deps: Located, { signal, renamed }: { readonly signal: AbortSignal; readonly renamed: () => void }) {
  let names = NO_NAMES
  let isStarted = false
  const ask = async (): Promise<void> => {
    names = await lookUpNames(deps, signal)
    if (!signal.aborted) renamed()
  }
  return {
    names: () => names,
    start(pci: readonly PciDevice[]): void {
      if (isStarted || !mayAskForGraphics(deps.platform, pci)) return
      isStarted = true
      void ask()
    },
  }
}

const fingerprintOf = (sysRoot: string): string =>
  JSON.stringify([listPciDevices(sysRoot), readText(join(sysRoot, 'module/nvidia/version')), readText(join(sysRoot, 'module/nvidia/srcversion'))])
