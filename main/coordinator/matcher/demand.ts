/** What jobs ask for, what machines have free, and what it is worth to bring two of them together. Pure. */

export interface Demand {
  readonly runtime: string
  /** 0: it works on the processor. */
  readonly gpus: number
  /** Of each GPU. */
  readonly vramBytes: number
  readonly ramBytes: number
  /** Where its data may go; `null` means anywhere. */
  readonly zones: readonly string[] | null
  /** `null` without a cap. */
  readonly maxGPerKWh: number | null
  /** Minor unit of the currency; `null` without a cap. */
  readonly maxMinorPerKWh: number | null
  /** 0 to 1. */
  readonly minReputation: number
  /** What it is expected to draw. */
  readonly kWh: number
}

/** What a machine has free at this moment. */
export interface Hardware {
  readonly runtimes: readonly string[]
  readonly hasProcessor: boolean
  /** Of each free GPU, the smallest first. */
  readonly vramBytes: readonly number[]
  readonly ramBytes: number
  /** 0 to 1. */
  readonly reputation: number
}

/** What electricity is like in a zone now; `null` where nobody knows. */
export interface ZoneFigures {
  readonly gPerKWh: number | null
  readonly minorPerKWh: number | null
}

/** Everything is weighed in seconds of waiting: what it is worth to let a job wait so that it meets something better. */
const SECONDS_PER_GRAM = 0.2
const SECONDS_PER_MINOR = 2
const SECONDS_FOR_WASTE = 20
const SECONDS_FOR_LEFT_OVER = 10
const SECONDS_FOR_SURPLUS = 5
/** Silence must not win: a zone of which nothing is known counts as a bad one. */
const UNKNOWN = { gPerKWh: 1_000, minorPerKWh: 100 } as const

const isUnder = (value: number | null, cap: number | null): boolean => cap === null || (value !== null && value <= cap)

/** Whether a job's data may go to a zone. */
export const mayGo = ({ zones }: Demand, zone: string): boolean => zones === null || zones.includes(zone)

/** What a zone that a job may go to costs it, seconds; `null` where a cap is not met. */
export function zoneTerm({ maxGPerKWh, maxMinorPerKWh, kWh }: Demand, { gPerKWh, minorPerKWh }: ZoneFigures): number | null {
  if (!isUnder(gPerKWh, maxGPerKWh) || !isUnder(minorPerKWh, maxMinorPerKWh)) return null
  return kWh * (SECONDS_PER_GRAM * (gPerKWh ?? UNKNOWN.gPerKWh) + SECONDS_PER_MINOR * (minorPerKWh ?? UNKNOWN.minorPerKWh))
}

/** What of a machine's GPUs a job would not use, seconds: memory of those it takes, and others that a larger job would lack. `null` if there are too few. */
function gpuTerm({ gpus, vramBytes: needed }: Demand, free: readonly number[]): number | null {
  if (gpus === 0) return 0
  const first = free.findIndex((vram) => vram >= needed)
  if (first < 0 || free.length - first < gpus) return null
  const taken = free.slice(first, first + gpus)
  const waste = taken.reduce((sum, vram) => sum + (vram - needed) / (vram + 1), 0) / gpus
  return SECONDS_FOR_WASTE * waste + (SECONDS_FOR_LEFT_OVER * (free.length - gpus)) / free.length
}

/** What a machine costs a job, seconds; `null` if it is not able. Best fit: whatever is too good for the job is kept for one that needs it. */
export function hardwareTerm(demand: Demand, { runtimes, hasProcessor, vramBytes, ramBytes, reputation }: Hardware): number | null {
  const isAble = runtimes.includes(demand.runtime) && demand.ramBytes <= ramBytes && demand.minReputation <= reputation && (demand.gpus > 0 || hasProcessor)
  const term = isAble ? gpuTerm(demand, vramBytes) : null
  return term === null ? null : term + SECONDS_FOR_SURPLUS * (reputation - demand.minReputation)
}
