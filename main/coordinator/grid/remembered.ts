import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'

interface Limits {
  readonly clock: Pick<Clock, 'monotonic'>
  /** How long an answer is good for. */
  readonly keepMs: number
  /** How many are kept; beyond it the oldest is forgotten. */
  readonly most: number
  /** How many are worked out in a minute, for everybody together. */
  readonly perMinute: number
}

const MINUTE_MS = 60_000

/**
 * Answers the same question once, however often it is asked: what costs a provider something is open to anybody who can reach the
 * coordinator. Failures are not kept. Error: `rate.limited`, and what the work throws.
 */
export function createRemembered<T>({ clock, keepMs, most, perMinute }: Limits): (key: string, work: () => Promise<T>) => Promise<T> {
  const known = new Map<string, { readonly answer: Promise<T>; readonly at: number }>()
  let minute = { since: -Infinity, count: 0 }

  const countOne = (now: number): void => {
    if (now - minute.since >= MINUTE_MS) minute = { since: now, count: 0 }
    minute.count += 1
    if (minute.count > perMinute) throw new WindfallError('rate.limited', 'Too many different questions about the grid at once. Try again in a minute.')
  }

  return async (key, work) => {
    const now = clock.monotonic()
    const before = known.get(key)
    if (before && now - before.at < keepMs) return before.answer
    countOne(now)
    const entry = { answer: work(), at: now }
    known.delete(key)
    known.set(key, entry)
    const [oldest] = known.keys()
    if (known.size > most && oldest !== undefined) known.delete(oldest)
    try {
      return await entry.answer
    } catch (error) {
      if (known.get(key) === entry) known.delete(key)
      throw error
    }
  }
}
