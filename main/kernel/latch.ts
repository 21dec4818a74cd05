import type { Clock } from './clock.ts'

/** Something that may have happened since it was last waited for. Waiting costs nothing, unlike looking now and then. */
export interface Latch {
  readonly raise: () => void
  /** Resolves `true` as soon as it is raised, at once if it was, and lowers it; `false` as soon as `signal` aborts. */
  readonly wait: (signal: AbortSignal) => Promise<boolean>
}

/** For one waiter at a time. */
export function createLatch(): Latch {
  let isRaised = false
  let wake: (() => void) | null = null
  return {
    raise: () => {
      isRaised = true
      wake?.()
    },
    async wait(signal) {
      if (!isRaised && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = () => {
            signal.removeEventListener('abort', resolveOnce)
            resolve()
          }
          const resolveOnce = () => resolve()
          signal.addEventListener('abort', resolveOnce, { once: true })
        })
      wake = null
      if (signal.aborted) return false
      isRaised = false
      return true
    },
  }
}

/** Nobody reads it, and without one an error is made with its stack. */
const OVER = 'over'

/** Waits for a latch no longer than `ms`. Resolves as {@link Latch.wait}, and `false` when the time is up; a raise is never lost. */
export async function raisedWithin(
  latch: Pick<Latch, 'wait'>,
  { ms, clock }: { readonly ms: number; readonly clock: Pick<Clock, 'sleep'> },
  signal: AbortSignal,
): Promise<boolean> {
  const turn = new AbortController()
  const onEnd = () => turn.abort(OVER)
  if (signal.aborted) return false
  signal.addEventListener('abort', onEnd, { once: true })
  const raised = await Promise.race([latch.wait(turn.signal), clock.sleep(ms, turn.signal).then(() => false)])
  signal.removeEventListener('abort', onEnd)
  turn.abort(OVER)
  return raised
}
