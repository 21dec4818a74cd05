import type { Clock } from '../kernel/clock.ts'
import { createLatch } from '../kernel/latch.ts'
import { runAll } from '../kernel/lifecycle.ts'

export interface WatchPorts<Status> {
  readonly clock: Clock
  /** Rejects while no agent answers. */
  readonly status: () => Promise<Status>
  /** Settles when the agent is gone, or cannot be reached. */
  readonly listen: (ears: { readonly onOpen: () => void; readonly onEvent: (name: string, payload: unknown) => void }, signal: AbortSignal) => Promise<void>
  /** Which events are worth another look. */
  readonly isNews: (name: string, payload: unknown) => boolean
  readonly show: (status: Status) => void
  /** Nobody answers. Said once, until somebody does again; what it throws ends the watching. */
  readonly lost: (error: unknown) => void
  /** How long until somebody listens again, or looks again where nobody tells anything. */
  readonly everyMs?: number
}

/** An agent that is updated or restarted is back within seconds, at another address. */
const RETRY_MS = 1_000

/** Shows the status of the agent whenever it changes, over restarts of the agent, until `signal` aborts. */
export async function watchStatus<Status>(
  { clock, status, listen, isNews, show, lost, everyMs = RETRY_MS }: WatchPorts<Status>,
  signal: AbortSignal,
): Promise<void> {
  const look = createLatch()
  look.raise()
  let shown: string | null = null
  const listening = async (stop: AbortSignal) => {
    do {
      await listen({ onOpen: look.raise, onEvent: (name, payload) => isNews(name, payload) && look.raise() }, stop)
      look.raise()
    } while (await clock.sleep(everyMs, stop))
  }
  const looking = async (stop: AbortSignal) => {
    while (await look.wait(stop)) {
      try {
        const now = await status()
        const text = JSON.stringify(now)
        if (text !== shown) show(now)
        shown = text
      } catch (error) {
        if (shown !== '') lost(error)
        shown = ''
      }
    }
  }
  await runAll(signal, [listening, looking])
}
