import { type ChildProcess, spawn } from 'node:child_process'
import { WindfallError } from '../../../shared/errors.ts'

/** Stops a process where it stands, and lets it go on. Both reject with `runtime.failed` where the system has no such signal. */
export interface ProcessFreezer extends Disposable {
  readonly freeze: () => Promise<void>
  readonly thaw: () => Promise<void>
}

/** Waits for the end of its input, which comes with the end of the agent, and lets the process go on: it then ends itself. */
const GUARD = 'read -r _; kill -s CONT "$0" 2>/dev/null'

/**
 * SIGSTOP and SIGCONT (POSIX); Windows has neither. A frozen process cannot notice that its agent is gone, so a guard stands by
 * that wakes it then.
 */
export function createProcessFreezer(child: Pick<ChildProcess, 'pid' | 'kill'>, platform = process.platform): ProcessFreezer {
  let guard: ChildProcess | null = null
  const freezablePid = (): number => {
    if (platform === 'win32' || child.pid === undefined) throw new WindfallError('runtime.failed', 'This system cannot let a process rest.')
    return child.pid
  }
  // Not by its id: once the process has ended, another one may have it.
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => void child.kill(name)
  return {
    freeze: async () => {
      guard ??= spawn('/bin/sh', ['-c', GUARD, String(freezablePid())], { env: {}, stdio: ['pipe', 'ignore', 'ignore'] }).on('error', () => undefined)
      signal('SIGSTOP')
    },
    thaw: async () => {
      freezablePid()
      signal('SIGCONT')
    },
    [Symbol.dispose]: () => guard?.kill('SIGKILL'),
  }
}
