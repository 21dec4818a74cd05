import type { Clock } from '../../../kernel/clock.ts'

export interface Poller {
  /** May take its time: it is not asked again before it is done. Answers `false` if nothing is different since it was asked last. */
  readonly poll: () => unknown
  /** How often while a job runs, and while none does. */
  readonly runningMs: number
  readonly restingMs: number
  /** It is not expected to tell anything new because a job runs. */
  readonly isSettled?: () => boolean
}

interface Pollers {
  /** Starts every poll that is due; settles when these are done. */
  readonly tick: () => Promise<void>
  /** Asks at once, but not while it is being asked, nor more often than it would be while a job runs. */
  readonly hurry: (poller: Poller) => void
  /** How often the source is asked now that is asked most often. */
  readonly paceMs: () => number
}

export interface PollersDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly jobRunning: () => boolean
  /** A source told something new. */
  readonly polled: () => void
}

/** Who ticks by a timer comes a little early now and then, and is not sent away for that. */
const EARLY_MS = 10

/** Asks every source at its own pace. What a poll throws is its own affair: its last answer grows old. */
export function createPollers(pollers: readonly Poller[], { clock, jobRunning, polled }: PollersDeps): Pollers {
  const startedAt = new Map<Poller, number>()
  const underWay = new Set<Poller>()
  const isDue = (poller: Poller, everyMs: number) => !underWay.has(poller) && clock.monotonic() - (startedAt.get(poller) ?? -Infinity) >= everyMs - EARLY_MS
  const start = async (poller: Poller): Promise<void> => {
    startedAt.set(poller, clock.monotonic())
    underWay.add(poller)
    try {
      if ((await poller.poll()) === false) return
    } catch {
      return
    } finally {
      underWay.delete(poller)
    }
    polled()
  }
  const pace = () => {
    const running = jobRunning()
    return ({ runningMs, restingMs, isSettled }: Poller) => (running && !isSettled?.() ? runningMs : restingMs)
  }
  return {
    async tick() {
      const paceOf = pace()
      await Promise.all(pollers.filter((poller) => isDue(poller, paceOf(poller))).map(start))
    },
    paceMs: () => Math.min(...pollers.map(pace())),
    hurry(poller) {
      if (isDue(poller, poller.runningMs)) void start(poller)
    },
  }
}
