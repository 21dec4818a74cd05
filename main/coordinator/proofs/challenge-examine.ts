import { Worker } from 'node:worker_threads'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Examination, Examine, Finding } from './challenge-ports.ts'

/** The worst log that the limits on its size let pass takes a third of the time. */
const THREAD = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 }
const MAX_MS = 30_000
/** Each holds a whole answer in memory. */
const MAX_WAITING = 8

/** What the thread answers. */
export type Examined = { readonly finding: Finding } | { readonly code: FailureCode; readonly message: string }

/** Examines one log after another, each in a thread of its own: whatever a node sends, nothing else waits for it or falls with it. */
export function createExamine(clock: Pick<Clock, 'sleep'>): Examine {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (examination) => {
    if (waiting >= MAX_WAITING) throw new WindfallError('unavailable', 'Too many sample logs are being examined. Try again in a moment.')
    waiting += 1
    const turn = last.then(() => examineInThread(clock, examination))
    last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      waiting -= 1
    }
  }
}

const beyond = new WindfallError('input.too-large', 'The samples take more memory or time to examine than any honest log does.')

async function examineInThread(clock: Pick<Clock, 'sleep'>, examination: Examination): Promise<Finding> {
  const done = new AbortController()
  const thread = new Worker(new URL('./challenge-worker.ts', import.meta.url), { workerData: examination, resourceLimits: THREAD, env: {} })
  const ended = new Promise<Examined>((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', () => reject(beyond))
    thread.once('exit', () => reject(beyond))
  })
  const late = clock.sleep(MAX_MS, done.signal).then((passed) => (passed ? Promise.reject(beyond) : ended))
  try {
    const examined = await Promise.race([ended, late])
    if ('code' in examined) throw new WindfallError(examined.code, examined.message)
    return examined.finding
  } finally {
    done.abort()
    await thread.terminate()
  }
}
