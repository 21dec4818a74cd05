import type { WindowClock } from './clock.ts'

export interface FakeWindowClock extends WindowClock {
  /** Moves time and runs what falls due, in order. */
  readonly advance: (ms: number) => void
}

export function createFakeWindowClock(start: number): FakeWindowClock {
  let now = start
  const waiting = new Set<{ due: number; run: () => void }>()
  return {
    now: () => now,
    after(ms, run) {
      const timer = { due: now + ms, run }
      waiting.add(timer)
      return () => void waiting.delete(timer)
    },
    advance(ms) {
      const end = now + ms
      const next = () => [...waiting].filter((timer) => timer.due <= end).toSorted((a, b) => a.due - b.due)[0]
      for (let timer = next(); timer; timer = next()) {
        now = Math.max(now, timer.due)
        waiting.delete(timer)
        timer.run()
      }
      now = end
    },
  }
}
