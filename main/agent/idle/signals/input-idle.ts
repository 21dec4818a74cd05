import type { Clock } from '../../../kernel/clock.ts'

/** Seconds since anyone touched keyboard or pointer. `unknown`: nobody can say, which counts as somebody being there. */
export type InputIdle = number | 'unknown'

export interface InputIdleSignal {
  /** Called by whoever can see the owner's session, such as the desktop shell. */
  readonly report: (seconds: number) => void
  readonly read: () => InputIdle
}

/** A report older than this says nothing about now. */
const FRESH_MS = 10_000

/**
 * Input idle time as reported from outside. This process cannot see input by itself: a service has no session, and on Linux
 * no file tells what every desktop agrees on. Without a fresh report the answer is `unknown`.
 */
export function createInputIdle(clock: Pick<Clock, 'monotonic'>): InputIdleSignal {
  let last: { seconds: number; at: number } | null = null
  return {
    report(seconds) {
      last = Number.isFinite(seconds) && seconds >= 0 ? { seconds, at: clock.monotonic() } : null
    },
    read: () => (last === null || clock.monotonic() - last.at > FRESH_MS ? 'unknown' : last.seconds),
  }
}
