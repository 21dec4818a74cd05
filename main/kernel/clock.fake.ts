import { epochMs, monotonicMs } from '../../shared/units.ts'
import type { Clock } from './clock.ts'

export interface FakeClock extends Clock {
  /** Moves both clocks and wakes every sleeper that is due, in order, letting each run before the next. */
  readonly advance: (ms: number) => Promise<void>
  /** Moves the wall clock alone, as who sets it does. */
  readonly jump: (ms: number) => void
  /** Moves all but the clock that stands still in a machine that sleeps. */
  readonly suspend: (ms: number) => void
  readonly sleepers: () => number
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A clock that only a test moves. */
export function createFakeClock(start = Date.parse('2026-03-01T12:00:00.000Z')): FakeClock {
  let wall = start
  let elapsed = 0
  let slept = 0
  const waiting = new Set<{ due: number; wake: (result: boolean) => void }>()
  const nextDue = (limit: number) => [...waiting].filter((sleeper) => sleeper.due <= limit).toSorted((a, b) => a.due - b.due)[0]
  return {
    now: () => epochMs(wall),
    monotonic: () => monotonicMs(elapsed),
    sinceBoot: () => monotonicMs(elapsed + slept),
    sleepers: () => waiting.size,
    jump: (ms) => {
      wall += ms
    },
    suspend: (ms) => {
      wall += ms
      slept += ms
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(false)
        const sleeper = {
          due: elapsed + ms,
          wake: (result: boolean) => {
            waiting.delete(sleeper)
            signal.removeEventListener('abort', onAbort)
            resolve(result)
          },
        }
        const onAbort = () => sleeper.wake(false)
        waiting.add(sleeper)
        signal.addEventListener('abort', onAbort, { once: true })
      }),
    async advance(ms) {
      const end = elapsed + ms
      await settle()
      for (let sleeper = nextDue(end); sleeper; sleeper = nextDue(end)) {
        const step = Math.max(0, sleeper.due - elapsed)
        elapsed += step
        wall += step
        sleeper.wake(true)
        await settle()
      }
      wall += end - elapsed
      elapsed = end
      await settle()
    },
  }
}
