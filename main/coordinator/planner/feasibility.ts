import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Exclusion, JobSpec } from '../../../shared/contract/job.ts'

/** What the planner knows about a node. */
export interface PlannerNode {
  readonly nodeId: string
  readonly online: boolean
  /** Whether its owner's rules would let a job start; a closed carbon gate is no reason against, since the window is ours to choose. */
  readonly ready: boolean
  readonly busy: boolean
  readonly capabilities: Capabilities
  /** Share already in use, 0 to 1. */
  readonly utilisation: number
  /** Minor unit of the owner's currency; `null` if the owner has not said. */
  readonly priceMinorPerKWh: number | null
}

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

const missesGpu = ({ needs }: JobSpec, { gpus }: Capabilities): boolean => needs.gpu && gpus.length === 0
const missesVram = ({ needs }: JobSpec, { gpus }: Capabilities): boolean => needs.vramBytes > Math.max(0, ...gpus.map(({ vramBytes }) => vramBytes))

/**
 * Why a node cannot take a job whatever the hour, or `null`. A node that fails several times counts once, for the first of: zone,
 * runtime, gpu, vram, ram, offline, paused, busy. What lasts comes before what passes, because that is what a requester can act on.
 */
export function exclusionOf(node: PlannerNode, spec: JobSpec): Exclusion | null {
  const { capabilities } = node
  if (spec.zones && !spec.zones.includes(capabilities.zone)) return 'zone'
  if (!capabilities.runtimes.some(({ name }) => name === spec.runtime.name)) return 'runtime'
  if (missesGpu(spec, capabilities)) return 'gpu'
  if (missesVram(spec, capabilities)) return 'vram'
  if (spec.needs.ramBytes > capabilities.ramBytes) return 'ram'
  if (!node.online) return 'offline'
  if (!node.ready) return 'paused'
  return node.busy ? 'busy' : null
}
