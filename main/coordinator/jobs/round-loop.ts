import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'

export const TICK_MS = 1_000
/** A round is followed by a rest of this share of the time it took, and of no longer than this. */
const [REST_SHARE, MOST_REST_MS] = [0.25, 25]

/** Milliseconds until it is worth looking again, if that is sooner than usual. */
export type Turn = () => Promise<number | null>

interface LoopDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  readonly onFailure: (message: string) => void
}

/** What goes wrong is reported, and tried again at the next turn. */
export const reported = ({ onFailure }: Pick<LoopDeps, 'onFailure'>, work: Turn): Promise<number | null> =>
  work().catch((error: unknown) => {
    onFailure(messageOf(error))
    return null
  })

/**
 * One round after another, at the next tick or as soon as `planning.sleep` is cut short. Whatever happens during a round or the rest after it waits for the
 * next one together: a round looks at every node, and where ten thousand come back at once and each were given a round of its own, minutes would go by in
 * which little else is done.
 */
export async function repeat(
  deps: LoopDeps,
  { round, planning }: { readonly round: Turn; readonly planning: { sleep: AbortController } },
  signal: AbortSignal,
) {
  const { clock } = deps
  while (!signal.aborted) {
    planning.sleep = new AbortController()
    const began = clock.monotonic()
    const againMs = await reported(deps, round)
    const restMs = Math.min(MOST_REST_MS, REST_SHARE * (clock.monotonic() - began))
    if (restMs > 0) await clock.sleep(restMs, signal)
    await clock.sleep(Math.min(TICK_MS, againMs ?? TICK_MS), AbortSignal.any([signal, planning.sleep.signal]))
  }
}
