import { uptime } from 'node:os'
import { type EpochMs, type MonotonicMs, epochMs, monotonicMs } from '../../shared/units.ts'

/** Time as a dependency. Production code takes it from here and from nowhere else. */
export interface Clock {
  /** Wall clock: data, shown and signed, never compared to decide a lease. */
  readonly now: () => EpochMs
  /** Never jumps; for durations and timeouts. */
  readonly monotonic: () => MonotonicMs
  /** As `monotonic`, and runs on while the machine sleeps. Coarser, to a second on some systems, and slower to read. */
  readonly sinceBoot: () => MonotonicMs
  /** Resolves `true` after `ms`, or `false` as soon as `signal` aborts. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<boolean>
}

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonic: () => monotonicMs(performance.now()),
  sinceBoot: () => monotonicMs(uptime() * 1_000),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(false)
      const onAbort = () => {
        clearTimeout(timer)
        resolve(false)
      }
      const onTime = () => {
        signal.removeEventListener('abort', onAbort)
        resolve(true)
      }
      const timer = setTimeout(onTime, ms)
      signal.addEventListener('abort', onAbort, { once: true })
    }),
}

/**
 * Milliseconds until the monotonic clock shows a multiple of `everyMs`, between half of it and one and a half: loops that wait so wake
 * the processor together, which costs a machine that does nothing less than each for itself.
 */
export function untilMultiple(clock: Pick<Clock, 'monotonic'>, everyMs: number): number {
  const ms = everyMs - (clock.monotonic() % everyMs)
  return ms < everyMs / 2 ? ms + everyMs : ms
}
