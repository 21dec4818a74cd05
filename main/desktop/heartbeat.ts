import { type Clock, untilMultiple } from '../kernel/clock.ts'

/** How often the agent says that it lives, ms. */
const BEAT_MS = 15_000
/** So many looks without a beat, and it has hung: the longest that a living one keeps its loop busy is a fraction of this. */
const MOST_MISSED = 4

/** Calls `beat` about every fifteen seconds, together with whatever else wakes this process, until the signal aborts. */
export async function keepBeating(beat: () => void, clock: Pick<Clock, 'monotonic' | 'sleep'>, signal: AbortSignal): Promise<void> {
  while (await clock.sleep(untilMultiple(clock, BEAT_MS), signal)) beat()
}

/** What the shell hears of one life of the agent. */
export interface Heartbeat {
  readonly heard: () => void
  /** `true` just before the machine sleeps, `false` after: nobody beats meanwhile. */
  readonly suspending: (isSo: boolean) => void
  /** Resolves `true` once it has missed too many beats, or `false` as soon as the signal aborts. */
  readonly missed: (signal: AbortSignal) => Promise<boolean>
}

/**
 * Tells when a process hangs without ending. A look that comes late itself, because the machine slept or was too busy for this process too,
 * says nothing about the other one, so the count begins anew.
 */
export function createHeartbeat(clock: Pick<Clock, 'sinceBoot' | 'sleep'>): Heartbeat {
  let [lives, asleep] = [true, false]
  return {
    heard: () => {
      ;[lives, asleep] = [true, false]
    },
    suspending: (isSo) => {
      ;[lives, asleep] = [true, isSo]
    },
    async missed(signal) {
      let [missed, before] = [0, clock.sinceBoot()]
      while (await clock.sleep(BEAT_MS, signal)) {
        const now = clock.sinceBoot()
        missed = lives || asleep || now - before > 2 * BEAT_MS ? 0 : missed + 1
        ;[lives, before] = [false, now]
        if (missed >= MOST_MISSED) return true
      }
      return false
    },
  }
}
