import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'

/** After each piece, this many times as long as it took belongs to everything else. */
const REST_TIMES = 3
/** Nobody waits much longer for an answer than this; and not more than this many, whatever the last piece took. */
const LONGEST_WAIT_MS = 30_000
const MAX_WAITING = 64

/**
 * Does costly work that anybody may ask for one piece at a time, each after a rest: however much is asked for, it takes a quarter of the time
 * at most. Error: `unavailable`, with the message `tooMany`, if the wait would be long.
 */
export function createPaced(clock: Pick<Clock, 'monotonic' | 'sleep'>, tooMany: string): <T>(work: () => Promise<T>) => Promise<T> {
  const { signal } = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  let [tookMs, restUntil, waiting] = [0, 0, 0]
  const rested = async <T>(work: () => Promise<T>): Promise<T> => {
    if (restUntil > clock.monotonic()) await clock.sleep(restUntil - clock.monotonic(), signal)
    const startedAt = clock.monotonic()
    try {
      return await work()
    } finally {
      tookMs = clock.monotonic() - startedAt
      restUntil = clock.monotonic() + REST_TIMES * tookMs
    }
  }
  return async (work) => {
    if (waiting >= MAX_WAITING || waiting * (REST_TIMES + 1) * tookMs > LONGEST_WAIT_MS) throw new WindfallError('unavailable', tooMany)
    waiting += 1
    const turn = last.then(() => rested(work))
    last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      waiting -= 1
    }
  }
}
