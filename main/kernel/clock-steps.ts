import type { Clock } from './clock.ts'

/** The two clocks of a machine part by this much only if one was set, or if the machine slept. */
export const STEPPED_MS = 5_000
/** So often the wall clock is held against the one that is slow to read, where it has not parted from the other one. */
const LOOK_MS = 1_000
/** Nobody asks about anything that was written down before so many steps. */
const MOST_STEPS = 1_000
/** For so long after a step others may not have noticed yet that this clock and theirs have parted, since a line may be cut meanwhile. */
const UNNOTICED_MS = 900_000

export interface ClockSteps {
  /** The same clock, watched: a look at the time notices whether it was set since the last one. */
  readonly clock: Clock
  /**
   * By how much what this clock said at `since` (epoch milliseconds) may be off from what others took for the time then: by all steps since and shortly
   * before, whichever way. 0 if it was not set.
   */
  readonly slackMs: (since: number) => number
}

interface Step {
  /** The latest that the clock has shown by then, or shows since. */
  readonly latest: number
  readonly byMs: number
}

/**
 * Notices when the wall clock is set. Whoever compares a time that was written down before with one of now has to allow for that: the step is ours, and not
 * the doing of whoever is judged by it. Sleep is no step, and hides none: the wall clock is held against the one that counts sleep.
 * In memory: what was set while this process did not run is not known.
 */
export function watchSteps(clock: Clock): ClockSteps {
  const steps: Step[] = []
  const [apart, awake] = [() => clock.now() - clock.sinceBoot(), () => clock.now() - clock.monotonic()]
  let [last, seenAt, seenAwake] = [apart(), clock.monotonic(), awake()]
  let latest = clock.now() as number
  const look = (): void => {
    const byMs = apart() - last
    last += byMs
    seenAt = clock.monotonic()
    seenAwake = awake()
    if (Math.abs(byMs) < STEPPED_MS) return
    latest = Math.max(latest, clock.now() - byMs, clock.now())
    steps.push({ latest, byMs })
    if (steps.length > MOST_STEPS) steps.shift()
  }
  return {
    clock: {
      ...clock,
      now: () => {
        if (clock.monotonic() - seenAt >= LOOK_MS || Math.abs(awake() - seenAwake) >= STEPPED_MS) look()
        return clock.now()
      },
    },
    slackMs(since) {
      look()
      return steps.reduce((sum, step) => (step.latest >= since - UNNOTICED_MS ? sum + Math.abs(step.byMs) : sum), 0)
    },
  }
}
