import { mkdirSync } from 'node:fs'
import { lockDirectory } from '../kernel/instance-lock.ts'

/** Aborts on Ctrl-C or a termination signal; a second one ends the process at once. */
export function stopOnSignals(say: (line: string) => void): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130)
      say('Stopping… (again to stop at once)')
      stop.abort(name)
    })
  }
  return stop.signal
}

/** Makes a data directory and holds it for this process. Errors: `instance.running`, `storage.failed`. */
export function holdDirectory(directory: string, name: string): Disposable {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return lockDirectory(directory, name)
}
