import { join } from 'node:path'
import type { SeenDevice } from '../../../shared/contract/device.ts'
import type { LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { PowerSource } from '../power-source.ts'
import { passedOn } from './environment.ts'
import type { Found } from './found.ts'
import { MachineNames, type NamesRequest } from './names-protocol.ts'
import { AMD, INTEL, type PciDevice, listPciDevices } from './pci.ts'
import { createReaderHost } from './reader-host.ts'

export interface NamesDeps {
  readonly launch: LaunchChild
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly sysRoot?: string
  readonly platform?: NodeJS.Platform
  /** The program that looks them up; a test gives its own. */
  readonly file?: string
}

export const NO_NAMES: MachineNames = { cpu: null, os: null, board: null, gpus: [], disks: [] }

/** PowerShell alone may take ten seconds on a cold Windows machine. */
const TIMEOUT_MS = 30_000
/** What the programs of the system need to be found and to answer in English. */
const PASSED_ON = ['PATH', 'HOME', 'SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'ProgramFiles', 'ProgramData', 'PSModulePath', 'TEMP']

/**
 * Looks up once what this machine and its parts are called, with `systeminformation` in a process of its own. For showing only:
 * nothing is sampled by it. Never rejects: what cannot be told in time has no name.
 */
export async function lookUpNames(deps: NamesDeps, signal: AbortSignal): Promise<MachineNames> {
  const { launch, clock, environment, sysRoot = '/sys', platform = process.platform, file = join(import.meta.dirname, 'names-child.ts') } = deps
  const program = { name: 'names-child', file, args: [], environment: { ...passedOn(environment, PASSED_ON), LC_ALL: 'C' } }
  const host = createReaderHost<NamesRequest, MachineNames>({ program, launch, clock, reply: MachineNames, timeoutMs: () => TIMEOUT_MS }, signal)
  const answer = await host.ask({ graphics: mayAskForGraphics(platform, listPciDevices(sysRoot)) }, signal)
  host.rest()
  return 'down' in answer ? NO_NAMES : answer
}

/** On Linux the look reads every card's registers, which wakes a card that sleeps; and NVIDIA's cards give their names themselves. */
export function mayAskForGraphics(platform: NodeJS.Platform, pci: readonly PciDevice[]): boolean {
  if (platform !== 'linux') return true
  const gpus = pci.filter(({ kind }) => kind === 'gpu')
  return gpus.some(({ vendorId }) => vendorId === AMD || vendorId === INTEL) && !gpus.some(({ asleep }) => asleep)
}

/** A source keeps its identity through naming: the same source and names always give the same object. */
const namings = new WeakMap<MachineNames, WeakMap<PowerSource, PowerSource>>()
/** The name of a device about which only its PCI ids are known. */
const NAMELESS = / GPU [0-9a-f]{4}:[0-9a-f]{4}$/

/** Gives GPUs that the kernel knows by numbers only the name under which they are sold. */
export function withNames(found: Found, names: MachineNames): Found {
  const marketing = new Map(names.gpus.map(({ busId, name }) => [busId, name]))
  const nameOf = ({ name, busId }: Pick<SeenDevice, 'name' | 'busId'>): string => (NAMELESS.test(name) && busId !== null && marketing.get(busId)) || name
  const named = namings.get(names) ?? new WeakMap<PowerSource, PowerSource>()
  namings.set(names, named)
  const rename = (source: PowerSource): PowerSource => {
    const name = nameOf(source.device)
    const renamed = named.get(source) ?? (name === source.device.name ? source : { ...source, device: { ...source.device, name } })
    named.set(source, renamed)
    return renamed
  }
  return { ...found, sources: found.sources.map(rename), seen: found.seen.map((device) => ({ ...device, name: nameOf(device) })) }
}
