import type { Clock } from '../kernel/clock.ts'
import { type Run, aborted } from '../kernel/lifecycle.ts'

interface DrainDeps {
  readonly clock: Pick<Clock, 'sleep'>
  /** How long this coordinator goes on answering while balancers learn that it is leaving, ms. */
  readonly graceMs: number
  /** How long it then waits for what is under way, ms. */
  readonly longestMs: number
  readonly events: {
    readonly draining: (graceMs: number) => void
    readonly drained: (left: number) => void
  }
}

/** Between two looks at what is under way. */
const LOOK_MS = 50

/**
 * An orderly end in three steps. From `quiet` on nothing new is begun, and whoever asks is told that this coordinator is leaving; requests are answered as
 * ever. From `leaving` on it takes in nothing more and sends its agents elsewhere. At `stop` what was under way has ended, or has had its time.
 */
export interface Draining {
  readonly quiet: AbortSignal
  readonly leaving: AbortSignal
  readonly stop: AbortSignal
  /** Takes the steps once `quiet` aborts. `underway` counts what still has to be answered. */
  readonly run: (underway: () => number) => Run
}

export function createDraining({ clock, graceMs, longestMs, events }: DrainDeps, quiet: AbortSignal): Draining {
  const [leave, end] = [new AbortController(), new AbortController()]
  const drain = async (underway: () => number, failed: AbortSignal): Promise<void> => {
    events.draining(graceMs)
    if (graceMs > 0) await clock.sleep(graceMs, failed)
    leave.abort()
    for (let waited = 0; underway() > 0 && waited < longestMs; waited += LOOK_MS) if (!(await clock.sleep(LOOK_MS, failed))) break
    events.drained(underway())
  }
  return {
    quiet,
    leaving: leave.signal,
    stop: end.signal,
    run: (underway) => async (failed) => {
      await aborted(AbortSignal.any([quiet, failed]))
      if (!failed.aborted) await drain(underway, failed)
      leave.abort()
      end.abort()
    },
  }
}

/** A part that ends at a step of its own, and when everything does. */
export const until =
  (step: AbortSignal, run: Run): Run =>
  (signal) =>
    run(AbortSignal.any([step, signal]))
