import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'

export const TICK_MS = 1_000

/** Milliseconds until it is worth looking again, if that is sooner than usual. */
export type Turn = () => Promise<number | null>

interface LoopDeps {
  readonly clock: Pick<Clock, 'sleep'>
  readonly onFailure: (message: string) => void
}

/** What goes wrong is reported, and tried again at the next turn. */
export const reported = ({ onFailure }: Pick<LoopDeps, 'onFailure'>, work: Turn): Promise<number | null> =>
  work().catch((error: unknown) => {
    onFailure(messageOf(error))
    return null
  })

/** One round after another, at the next tick or as soon as `planning.sleep` is cut short. */
export async function repeat(
  deps: LoopDeps,
  { round, planning }: { readonly round: Turn; readonly planning: { sleep: AbortController } },
  signal: AbortSignal,
) {
  while (!signal.aborted) {
    planning.sleep = new AbortController()
    const againMs = await reported(deps, round)
    await deps.clock.sleep(Math.min(TICK_MS, againMs ?? TICK_MS), AbortSignal.any([signal, planning.sleep.signal]))
  }
}
