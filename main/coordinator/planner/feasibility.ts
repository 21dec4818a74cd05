import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Exclusion } from '../../../shared/contract/plan.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { placesOf } from '../../../shared/domain/places.ts'

const MICROS_PER_HOUR = 3_600_000_000n

/** `seconds` at an hourly rate, rounded up. */
export function costMicroUsd(microUsdPerHour: string, seconds: number): bigint {
  const micros = BigInt(Math.ceil(seconds * 1_000_000))
  return (BigInt(microUsdPerHour) * micros + MICROS_PER_HOUR - 1n) / MICROS_PER_HOUR
}

/** The most a job can cost: its whole time limit at its rate, but never more than its requester allows. */
export function maxPriceMicroUsd({ price, limits }: JobSpec): bigint {
  const whole = costMicroUsd(price.microUsdPerHour, limits.wallSeconds)
  const allowed = BigInt(price.maxMicroUsd)
  return whole < allowed ? whole : allowed
}

/** How many of a node's GPUs have the memory that a job needs of each. */
const fittingGpus = ({ needs }: JobSpec, { gpus }: Capabilities): number => gpus.filter(({ vramBytes }) => vramBytes >= needs.vramBytes).length

const missesGpu = ({ needs }: JobSpec, { gpus }: Capabilities): boolean => gpus.length < needs.gpus
const missesVram = (spec: JobSpec, capabilities: Capabilities): boolean => fittingGpus(spec, capabilities) < spec.needs.gpus

/** What keeps a node from ever taking a job, as long as neither changes: the first of zone, runtime, gpu, vram and ram; `null` if nothing does. */
export function lastingExclusion(capabilities: Capabilities, spec: JobSpec): Exclusion | null {
  if (spec.zones && !spec.zones.includes(capabilities.zone)) return 'zone'
  if (!capabilities.runtimes.some(({ name }) => name === spec.runtime.name)) return 'runtime'
  if (missesGpu(spec, capabilities)) return 'gpu'
  if (missesVram(spec, capabilities)) return 'vram'
  // A job that may use more than a node gives its jobs is not started there.
  return Math.max(spec.needs.ramBytes, spec.limits.memoryBytes) > capabilities.ramBytes ? 'ram' : null
}

/** The places of a node that are good enough for a job. Which of its GPUs others use is not known: it may be the larger ones. */
export const placesOn = (capabilities: Capabilities, spec: JobSpec): number =>
  spec.needs.gpus === 0 ? placesOf(capabilities, 'processor') : fittingGpus(spec, capabilities)
