import { readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SeenDevice } from '../../shared/contract/device.ts'
import type { PowerSource } from '../agent/power-source.ts'
import { persistenceOf } from '../agent/gpu/nvidia.ts'
import { findNvmlLibrary } from '../agent/gpu/nvml-library.ts'
import { type Check, type Examined, type Finding, fail, ok, skipped, warn } from './check.ts'

type Coded = Finding & { readonly code: string }

const coded = (code: string, finding: Finding): Coded => ({ code, ...finding })

const METHOD: Readonly<Record<PowerSource['method'], string>> = {
  counter: 'energy from its own counter',
  'power-average': 'energy from its average power, once a second',
  'power-instant': 'energy from its power, ten times a second',
  rapl: 'energy from the RAPL counter',
  estimate: 'energy is estimated, not measured',
}

const aboutSource = (source: PowerSource): Coded[] => {
  const { device, method, reader, sensor } = source
  const evidence = `${device.name} (${device.driver}): ${METHOD[method]}, read by ${reader}, ±${Math.round(sensor.uncertaintyPct)} %`
  if (method === 'estimate') return [coded('cpu-energy', warn(evidence, 'Proofs of CPU jobs carry a large uncertainty until a counter can be read.'))]
  if (device.kind === 'cpu') return [coded('cpu-energy', ok(evidence))]
  return [coded('gpu', ok(evidence)), ...aboutPersistence(source), ...aboutPartitions(source)]
}

function aboutPersistence(source: PowerSource): Coded[] {
  const persistence = persistenceOf(source)
  if (persistence === null) return []
  // A laptop's GPU is meant to sleep between looks.
  if (persistence || source.rest) return [coded('nvidia-persistence', ok(`${source.device.name}: ${persistence ? 'on' : 'off, so that it can sleep'}`))]
  return [
    coded(
      'nvidia-persistence',
      warn(
        `${source.device.name}: persistence mode is off, so the first look at the idle card takes over a second and its energy counter may start again`,
        'sudo nvidia-smi -pm 1, and for good: sudo systemctl enable --now nvidia-persistenced',
      ),
    ),
  ]
}

const aboutPartitions = ({ device: { name, instances } }: PowerSource): Coded[] =>
  instances === null
    ? []
    : [
        coded(
          'nvidia-mig',
          ok(`${name} is cut into ${instances} instances (MIG); its energy is that of the whole card, so every measurement on it is marked as shared`),
        ),
      ]

const SEEN_CODE: Readonly<Record<SeenDevice['reason'], string>> = {
  'no-driver': 'gpu-driver',
  'driver-failed': 'gpu-driver',
  'no-meter': 'gpu-meter',
  asleep: 'gpu-asleep',
  unreadable: 'cpu-energy',
  'not-used': 'accelerator',
}

const aboutSeen = ({ name, busId, reason, advice }: SeenDevice): Coded => {
  const evidence = `${name}${busId ? ` at ${busId}` : ''}`
  if (reason === 'not-used' || reason === 'asleep') return coded(SEEN_CODE[reason], ok(`${evidence}. ${advice}`))
  return coded(SEEN_CODE[reason], warn(`${evidence}: seen, not used (${reason})`, advice))
}

/** What can be metered, what is there but cannot, and what to do about it. */
export function judgeHardware({ sources, seen }: { readonly sources: readonly PowerSource[]; readonly seen: readonly SeenDevice[] }): Coded[] {
  const gpus = sources.filter(({ device }) => device.kind === 'gpu')
  const none =
    gpus.length === 0 && seen.every(({ kind }) => kind !== 'gpu')
      ? [coded('gpu', warn('no GPU is on this machine', 'Jobs that need none run here all the same.'))]
      : []
  return [...none, ...sources.flatMap(aboutSource), ...seen.map(aboutSeen)]
}

const kernelDriver = (procRoot: string): string | null => {
  try {
    return /Kernel Module\s+(?:for \S+\s+)?(\d+\.[\d.]+)/.exec(readFileSync(join(procRoot, 'driver/nvidia/version'), 'utf8'))?.[1] ?? null
  } catch {
    return null
  }
}

/** The library's file bears the version of the driver it belongs to. */
const libraryVersion = (library: string): string | null => /\.so\.(\d+\.[\d.]+)$/.exec(basename(realpathSync(library)))?.[1] ?? null

function judgeNvidiaDriver({ environment, platform, procRoot }: Examined): Finding {
  const library = findNvmlLibrary({ environment, platform })
  const kernel = kernelDriver(procRoot)
  if (!library && !kernel) return skipped('no NVIDIA driver is installed')
  if (!library)
    return warn(`the kernel runs NVIDIA ${kernel}, but its management library is missing`, 'Install the NVIDIA driver’s user-space libraries of that version.')
  const version = libraryVersion(library)
  if (kernel && version && kernel !== version)
    return fail(`the kernel runs NVIDIA ${kernel}, its libraries are ${version}`, 'The driver was updated while it ran. Restart the machine.')
  return ok(`${library}${kernel ? `, kernel module ${kernel}` : ''}`)
}

/** What of this machine's energy can be read. */
export const HARDWARE_CHECKS: readonly Check[] = [
  { code: 'nvidia-driver', look: async (machine) => [judgeNvidiaDriver(machine)] },
  {
    code: 'gpu',
    look: async ({ facts }) => judgeHardware(await facts.hardware()),
  },
]
