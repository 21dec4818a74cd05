/** How long jobs take, compared with what their requesters expect. Pure. */
import type { JobSpec } from '../../../../shared/contract/job.ts'
import type { Capabilities } from '../../../../shared/contract/node.ts'

/** Run times of one kind of job on one kind of machine, as multiples of what was expected. */
export interface Usual {
  readonly p50: number
  readonly p95: number
  readonly runs: number
}

export interface RunTimes {
  /** A job was done in so many times the expected time. */
  readonly learn: (kind: string, multiple: number) => void
  /** `null` before enough is known. */
  readonly usual: (kind: string) => Usual | null
}

/** Of fewer runs nobody knows what is usual, and older ones than so many are forgotten. */
const LEAST_RUNS = 8
const REMEMBERED_RUNS = 64
const MOST_KINDS = 10_000

/** What decides how long a job takes: what it runs, and on what. Its arguments are in what its requester expects. */
export function kindOf({ runtime, needs }: Pick<JobSpec, 'runtime' | 'needs'>, { gpus, cpu }: Pick<Capabilities, 'gpus' | 'cpu'>): string {
  const device = needs.gpus > 0 ? (gpus[0]?.name ?? 'no GPU') : `${cpu.model} ${cpu.cores}`
  return `${runtime.image} ${needs.gpus} ${device}`
}

/** Nearest rank, of values in order. */
const quantile = (ordered: readonly number[], share: number): number => ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? 0

export function createRunTimes(): RunTimes {
  const known = new Map<string, number[]>()
  return {
    learn(kind, multiple) {
      const runs = known.get(kind) ?? []
      known.delete(kind)
      known.set(kind, [...runs, multiple].slice(-REMEMBERED_RUNS))
      const oldest = known.keys().next()
      if (known.size > MOST_KINDS && !oldest.done) known.delete(oldest.value)
    },
    usual(kind) {
      const runs = known.get(kind) ?? []
      if (runs.length < LEAST_RUNS) return null
      const ordered = runs.toSorted((a, b) => a - b)
      return { p50: quantile(ordered, 0.5), p95: quantile(ordered, 0.95), runs: runs.length }
    },
  }
}

export interface RunSoFar {
  readonly elapsedMs: number
  readonly expectedMs: number
  /** Until its deadline. */
  readonly leftMs: number
}

/** Longer than 95 of 100 by half is more than bad luck; and less than this is not worth a move. */
const SLOW = 1.5
const LEAST_EXCESS_MS = 60_000

/**
 * Why a run should go on elsewhere: `slow`, it takes much longer than usual; `late`, it takes longer than usual, and whoever begins now would hardly be
 * done in time. `null`: it should not.
 */
export function straggling({ elapsedMs, expectedMs, leftMs }: RunSoFar, usual: Usual): 'slow' | 'late' | null {
  const usualMs = usual.p95 * expectedMs
  if (elapsedMs - usualMs < LEAST_EXCESS_MS) return null
  if (elapsedMs > SLOW * usualMs) return 'slow'
  return leftMs < usualMs ? 'late' : null
}
