import type { Clock } from '../../kernel/clock.ts'
import type { ContainerEngine } from './container-engine.ts'
import { isAbsent } from './engine-call.ts'
import { createLogSink } from './log-lines.ts'
import type { RunHooks } from './runtime.ts'

/**
 * What a job may write to its log at a time, and by the second for as long as it runs. The engine keeps only the end of it, but to take in a
 * flood costs it a processor for as long as the flood lasts.
 */
export const LOG_BURST_BYTES = 16 * 1_048_576
export const LOG_BYTES_PER_SECOND = 65_536
/** What the engine adds to each piece: the time, and which stream it is of. Short lines cost it more than long ones. */
export const PIECE_BYTES = 64
const RECONNECT_MS = 1_000

interface Followed {
  readonly engine: Pick<ContainerEngine, 'followLogs'>
  readonly clock: Clock
  readonly id: string
  readonly hooks: Pick<RunHooks, 'onLog' | 'onOutput'>
  /** Whether its first lines have been read before. */
  readonly from: 'start' | 'now'
  /** Settles when the container has ended. */
  readonly ended: Promise<unknown>
}

export interface FollowedLog {
  /** Resolves when nothing more comes. */
  readonly over: Promise<void>
  /** Resolves once more than {@link LOG_BURST_BYTES} beyond {@link LOG_BYTES_PER_SECOND} have come; else never. */
  readonly flooded: Promise<void>
}

/** Shows what a job says and counts it, until `done` aborts. What breaks the log ends neither the job nor the count: it goes on with what comes then. */
export function followLog({ engine, clock, id, hooks, from, ended }: Followed, done: AbortSignal): FollowedLog {
  const sink = createLogSink(hooks.onLog, clock)
  const flooded = Promise.withResolvers<void>()
  const enough = new AbortController()
  const takes = createBucket(clock)
  const onBytes = (bytes: Uint8Array) => {
    sink.push(bytes)
    hooks.onOutput?.(bytes)
    if (takes(bytes.length + PIECE_BYTES)) return
    enough.abort()
    flooded.resolve()
  }
  const follow = async () => {
    const signal = AbortSignal.any([done, enough.signal])
    const hasEnded = ended.then(
      () => true,
      () => true,
    )
    for (let start = from; !signal.aborted; start = 'now') {
      const answer = await engine.followLogs({ id, from: start }, onBytes, signal).then(
        () => 'finished',
        (error: unknown) => (isAbsent(error) ? 'absent' : 'broken'),
      )
      if (answer === 'absent') break
      // The engine loses its place in a log that it turns over, and says that this was all: it is over only once the container is.
      const pause = clock.sleep(RECONNECT_MS, signal).then((isDue) => !isDue)
      if (await (answer === 'finished' ? Promise.race([hasEnded, pause]) : pause)) break
    }
    sink.finish()
  }
  return { over: follow(), flooded: flooded.promise }
}

/** A bucket that holds a burst and drains at the rate; `false` when it runs over. */
function createBucket({ monotonic }: Pick<Clock, 'monotonic'>) {
  let [level, at] = [0, monotonic()]
  return (bytes: number): boolean => {
    const now = monotonic()
    level = Math.max(0, level - ((now - at) / 1_000) * LOG_BYTES_PER_SECOND) + bytes
    at = now
    return level <= LOG_BURST_BYTES
  }
}
