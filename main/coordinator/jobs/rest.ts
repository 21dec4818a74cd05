import type { Clock } from '../../kernel/clock.ts'

/** Work is followed by a rest of this share of the time it took, and of no longer than this. */
const [REST_SHARE, MOST_REST_MS] = [0.25, 25]

interface Rest {
  /** Until the rest after the last work is over; `null` if it is. */
  readonly over: () => Promise<void> | null
  readonly after: <T>(work: () => Promise<T>) => Promise<T>
}

/**
 * Time between rounds, in which whatever happens and whoever asks is collected for the next one: a round looks at every node, and where ten thousand come
 * back at once and each were given a round of its own, minutes would go by in which little else is done.
 */
export function createRest(clock: Pick<Clock, 'monotonic' | 'sleep'>): Rest {
  const never = new AbortController().signal
  let until = -Infinity
  return {
    over() {
      const ms = until - clock.monotonic()
      return ms > 0 ? clock.sleep(ms, never).then(() => undefined) : null
    },
    async after(work) {
      const began = clock.monotonic()
      try {
        return await work()
      } finally {
        const ended = clock.monotonic()
        until = ended + Math.min(MOST_REST_MS, REST_SHARE * (ended - began))
      }
    },
  }
}
