import type { Lease } from '../../../shared/contract/job.ts'
import { DEVICES_OFF, type Failure } from './failure.ts'
import type { JobDevice } from './attempt-deps.ts'

/** Why something does not start: a stable code and a sentence for the owner. */
export interface Objection {
  readonly code: string
  readonly message: string
}

/** A GPU of this machine that a container can be given. */
export interface Gpu extends JobDevice {
  readonly vramBytes: number
  /** What nobody uses; `null` if it does not tell. */
  readonly freeBytes: number | null
  /** Its owner lends it. */
  readonly lent: boolean
  /** Why no container can use it; `null` if one can. */
  readonly refusal: string | null
  /** What a ceiling of its owner has against work on it now. */
  readonly held: Objection | null
}

/** What there is to work on. */
export interface Machine {
  readonly gpus: readonly Gpu[]
  /** All its packages, since nobody can tell which of them a job uses; `null` if their owner does not lend them. */
  readonly processor: readonly JobDevice[] | null
  /** Memory that all jobs together may use. */
  readonly ramBytes: number
  /** Bytes of each GPU's memory that stay free beside what a job needs. */
  readonly spareVramBytes: number
}

/** A lease that could begin as far as it is itself concerned, unless someone has something against it. */
export interface Waiting {
  readonly lease: Lease
  /** What the owner's rules have against any job now. */
  readonly owner: Objection | null
  /** What the coordinator or the grid has against this one now. */
  readonly grid: Objection | null
}

/** An attempt and what it works on. */
export interface Working {
  readonly lease: Lease
  readonly deviceIds: readonly string[]
}

export interface Scene {
  /** In order of arrival. */
  readonly waiting: readonly Waiting[]
  readonly working: readonly Working[]
  readonly machine: Machine
}

/** `start`: on these devices. `wait`: it is looked at again. `refuse`: it will not run here, and goes back. */
export type Verdict = { readonly start: readonly JobDevice[] } | { readonly wait: Objection } | { readonly refuse: Failure }

/**
 * What may start now, one verdict per waiting lease. A GPU job gets exactly as many GPUs as it needs, the smallest that do; a job without
 * gets the processor, which only one has at a time, because the energy of a package cannot be split between jobs. No device is given
 * twice, and all memory limits together stay within what jobs may use. Who waits only for other jobs to end keeps what is free of what it
 * needs from those behind it, so that nobody is overtaken for ever; who waits for anything else keeps nothing. Pure.
 */
export function mayStart({ waiting, working, machine }: Scene): Verdict[] {
  const taken = new Set(working.flatMap(({ lease, deviceIds }) => [...deviceIds, ...placeOf(lease)]))
  let ramBytes = machine.ramBytes - working.reduce((sum, { lease }) => sum + memoryOf(lease), 0)
  return waiting.map((one) => {
    const choice = choose(one, machine, taken)
    if (!('devices' in choice)) return choice
    const { devices, enough } = choice
    for (const key of [...devices.map(({ deviceId }) => deviceId), ...placeOf(one.lease)]) taken.add(key)
    ramBytes -= memoryOf(one.lease)
    if (!enough) return { wait: isGpuJob(one.lease) ? GPUS_BUSY : PROCESSOR_BUSY }
    return ramBytes < 0 ? { wait: RAM_BUSY } : { start: devices }
  })
}

/** Free devices that a lease gets, or keeps for itself until there are enough of them. */
type Choice = { readonly devices: readonly JobDevice[]; readonly enough: boolean } | Exclude<Verdict, { start: unknown }>

const isGpuJob = ({ spec }: Lease): boolean => spec.needs.gpus > 0
const memoryOf = ({ spec }: Lease): number => spec.limits.memoryBytes
/** The place of jobs without a GPU, whether or not the machine has a meter for its processor. */
const placeOf = (lease: Lease): readonly string[] => (isGpuJob(lease) ? [] : ['processor'])

const GPUS_BUSY: Objection = { code: 'busy', message: 'Another job works on a GPU that this one needs.' }
const PROCESSOR_BUSY: Objection = { code: 'busy', message: 'Another job works on the processor.' }
const RAM_BUSY: Objection = { code: 'busy', message: 'Other jobs use the memory that this one needs.' }

const gib = (bytes: number): string => `${(bytes / 1_073_741_824).toFixed(1)} GiB`

const unavailable = (message: string): { readonly refuse: Failure } => ({
  refuse: { reason: 'runtime.unavailable', message: message.slice(0, 300), exitCode: null, retry: true },
})

/** The owner comes first, then the devices, then the grid, then other jobs. */
function choose({ lease, owner, grid }: Waiting, machine: Machine, taken: ReadonlySet<string>): Choice {
  if (memoryOf(lease) > machine.ramBytes)
    return unavailable(`This job may use ${gib(memoryOf(lease))} of memory; this machine gives jobs ${gib(machine.ramBytes)}. It goes back to the queue.`)
  const choice = isGpuJob(lease) ? chooseGpus(lease.spec.needs, machine, taken) : chooseProcessor(machine, taken)
  if ('refuse' in choice) return choice
  if (owner) return { wait: owner }
  return 'wait' in choice || grid === null ? choice : { wait: grid }
}

const chooseProcessor = ({ processor }: Machine, taken: ReadonlySet<string>): Choice =>
  processor === null ? { refuse: DEVICES_OFF } : { devices: processor, enough: !taken.has('processor') }

type Needs = Lease['spec']['needs']

function chooseGpus(needs: Needs, machine: Machine, taken: ReadonlySet<string>): Choice {
  const suitable = machine.gpus.filter(({ vramBytes }) => vramBytes >= needs.vramBytes)
  const lent = suitable.filter((gpu) => gpu.lent)
  const usable = lent.filter(({ refusal }) => refusal === null)
  if (suitable.length < needs.gpus) return unavailable(lacking(needs))
  if (lent.length < needs.gpus) return { refuse: DEVICES_OFF }
  if (usable.length < needs.gpus) return unavailable(`No container here can use the GPU: ${lent.find(({ refusal }) => refusal !== null)?.refusal}`)
  const isOurs = ({ deviceId }: Gpu): boolean => taken.has(deviceId)
  // What a job of ours uses of a card's memory it gives back.
  const objections = usable.map((gpu) => (isOurs(gpu) ? null : (gpu.held ?? crowding(gpu, needs, machine.spareVramBytes))))
  const able = usable.filter((_, index) => objections[index] === null)
  if (able.length < needs.gpus) return { wait: objections.find((objection) => objection !== null) ?? GPUS_BUSY }
  const free = able.filter((gpu) => !isOurs(gpu)).toSorted((a, b) => a.vramBytes - b.vramBytes)
  return { devices: free.slice(0, needs.gpus), enough: free.length >= needs.gpus }
}

function lacking({ gpus, vramBytes }: Needs): string {
  const size = vramBytes === 0 ? '' : ` with ${gib(vramBytes)} of memory each`
  return `This machine does not have ${gpus === 1 ? 'a GPU' : `${gpus} GPUs`}${size} whose energy can be read and that a container can be given. The job goes back to the queue.`
}

/** What a card that sleeps or does not tell has left is only unknown where a job says how much it needs. */
function crowding({ freeBytes }: Gpu, { vramBytes }: Needs, spareBytes: number): Objection | null {
  if (freeBytes === null)
    return vramBytes === 0 ? null : { code: 'vram', message: 'A GPU does not tell how much of its memory is free, and this job needs some.' }
  if (freeBytes >= vramBytes + spareBytes) return null
  return { code: 'vram', message: `${gib(freeBytes)} of GPU memory are free; this job needs ${gib(vramBytes)}, and ${gib(spareBytes)} are kept for you.` }
}
