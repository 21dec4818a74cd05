import type { Clock } from '../kernel/clock.ts'

/** So many answers are kept unless something else is said; the oldest goes first. */
const MOST_KEPT = 500

/** Gives everybody who asks within `keepMs` the same answer; a failure is not kept. */
export function keptAnswers<T>(clock: Pick<Clock, 'monotonic'>, keepMs: number, most = MOST_KEPT): (key: string, ask: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<T> }>()
  return (key, ask) => {
    const now = clock.monotonic()
    const known = kept.get(key)
    if (known && now - known.at < keepMs) return known.answer
    const fresh = { at: now, answer: ask() }
    kept.delete(key)
    kept.set(key, fresh)
    fresh.answer.catch(() => kept.get(key) === fresh && kept.delete(key))
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    return fresh.answer
  }
}
