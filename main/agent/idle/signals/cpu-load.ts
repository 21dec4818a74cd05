import type { Told } from './reading.ts'

export interface CpuTimes {
  /** Milliseconds that all cores together worked, and that passed on all of them. */
  readonly busyMs: number
  readonly totalMs: number
}

export interface CpuLoadDeps {
  readonly times: () => CpuTimes
  /** Milliseconds of processor time that jobs of ours have used so far; `null` if that cannot be told at present. */
  readonly ownMs: () => number | null
}

/** Sums what `os.cpus()` tells of every core. */
export const sumTimes = (cores: readonly { readonly times: Readonly<Record<string, number>> }[]): CpuTimes => {
  const times = cores.flatMap((core) => Object.entries(core.times))
  const total = times.reduce((sum, [, ms]) => sum + ms, 0)
  const idle = times.reduce((sum, [kind, ms]) => (kind === 'idle' ? sum + ms : sum), 0)
  return { busyMs: total - idle, totalMs: total }
}

/** A shorter stretch than this tells more of the clock's ticks than of the load. */
const LEAST_MS = 200

/**
 * Share of all cores that others than our jobs used since the last look, 0…1. `failed` while nobody can say how much of it is ours;
 * `absent` at the first look.
 */
export function createCpuLoad({ times, ownMs }: CpuLoadDeps): () => Told<number> {
  let before: (CpuTimes & { readonly ownMs: number | null }) | null = null
  let last: Told<number> = 'absent'
  return () => {
    const now = { ...times(), ownMs: ownMs() }
    if (before && now.totalMs - before.totalMs < LEAST_MS) return last
    last = before ? shareOfOthers(before, now) : 'absent'
    before = now
    return last
  }
}

type Moment = CpuTimes & { readonly ownMs: number | null }

function shareOfOthers(before: Moment, now: Moment): Told<number> {
  if (before.ownMs === null || now.ownMs === null) return 'failed'
  // A job that ended takes its count with it.
  const own = Math.max(0, now.ownMs - before.ownMs)
  const share = (now.busyMs - before.busyMs - own) / (now.totalMs - before.totalMs)
  return Number.isFinite(share) ? { value: Math.min(1, Math.max(0, share)) } : 'failed'
}
