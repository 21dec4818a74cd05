import { systemClock } from '../kernel/clock.ts'
import { INTERRUPTED } from './exit-codes.ts'

/** One Ctrl-C may arrive several times: from the terminal, from npm and from our own launcher. */
const ECHO_MS = 1_000

export interface Stop extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Aborts on Ctrl-C or a termination signal, and at the end of its scope, so that a command that fails half-way leaves nothing running.
 * A second Ctrl-C ends the process at once.
 */
export function stopOnSignals(say: (line: string) => void): Stop {
  const stop = new AbortController()
  let stoppedAt = -Infinity
  const onSignal = () => {
    if (stop.signal.aborted && systemClock.monotonic() - stoppedAt > ECHO_MS) process.exit(INTERRUPTED)
    if (stop.signal.aborted) return
    stoppedAt = systemClock.monotonic()
    say('Stopping… (again to stop at once)')
    stop.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return { signal: stop.signal, [Symbol.dispose]: () => stop.abort() }
}
