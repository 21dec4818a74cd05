import type { Clock } from '../../kernel/clock.ts'
import { type Hold, type Holding, createHolding } from './holding.ts'
import type { RunningJob } from './runtime.ts'
import { createTurns } from './turns.ts'

/** How a job makes room for its owner for a moment, and why, in a sentence. */
export interface GivingWay extends Hold {
  readonly by: 'freeze' | 'throttle'
}

export interface StandByDeps {
  readonly clock: Clock
  /** The job cannot make room, or not for any longer: it has to go. */
  readonly giveUp: () => void
  /** It has just made room for its owner. */
  readonly gaveWay: () => void
  readonly changed: () => void
}

/** An attempt that rests while a device is over a ceiling, and makes room while its owner needs the machine. */
export interface StandBy extends Holding {
  /** `null` lets the job go on. */
  readonly giveWay: (way: GivingWay | null) => void
}

/** What is left of its processor time to a job that is slowed down. */
const SLOW_SHARE = 0.1

/** Both wishes on one job: it goes on when neither holds it. Where it cannot be slowed down, it is frozen. */
export function createStandBy({ clock, giveUp, gaveWay, changed }: StandByDeps): StandBy {
  let ceiling: Hold | null = null
  let owner: GivingWay | null = null
  let canSlow = true
  const slowing = createSlowing({ clock, changed, gaveWay, refused: () => ((canSlow = false), apply()) })
  const holding = createHolding({
    clock,
    giveUp,
    changed() {
      if (holding.message() !== null && owner !== null) gaveWay()
      changed()
    },
  })
  const apply = (): void => {
    const isSlow = owner?.by === 'throttle' && canSlow
    holding.set(isSlow ? ceiling : (owner ?? ceiling))
    slowing.set(isSlow)
  }
  return {
    attach(job) {
      holding.attach(job)
      slowing.attach(job)
    },
    set(hold) {
      ceiling = hold
      apply()
    },
    giveWay(way) {
      owner = way
      apply()
    },
    message: () => holding.message() ?? (slowing.isSlow() && owner ? `Slowed down: ${owner.message}` : null),
    end: () => holding.end() + slowing.end(),
  }
}

interface SlowingDeps extends Pick<StandByDeps, 'clock' | 'changed' | 'gaveWay'> {
  readonly refused: () => void
}

/** Slows a job down and lets it go on as it is told, one step after the other. What is taken from it counts as rest. */
function createSlowing({ clock, changed, gaveWay, refused }: SlowingDeps) {
  let wanted = false
  let job: RunningJob | null = null
  let slowSince: number | null = null
  let restedMs = 0
  const isDue = (): boolean => job !== null && wanted !== (slowSince !== null)
  const turn = async (): Promise<boolean> => {
    if (!job) return false
    const isSlow = wanted
    const isDone = await job.throttle(isSlow ? SLOW_SHARE : 1)
    if (!isDone && isSlow) refused()
    if (!isDone || !job) return false
    restedMs += slowSince === null ? 0 : (clock.monotonic() - slowSince) * (1 - SLOW_SHARE)
    slowSince = isSlow ? clock.monotonic() : null
    if (isSlow) gaveWay()
    changed()
    return true
  }
  const settle = createTurns({ isDue, turn })
  return {
    attach(started: RunningJob) {
      job = started
      void settle()
    },
    set(isSlow: boolean) {
      wanted = isSlow
      void settle()
    },
    isSlow: () => slowSince !== null,
    end(): number {
      restedMs += slowSince === null ? 0 : (clock.monotonic() - slowSince) * (1 - SLOW_SHARE)
      ;[job, slowSince] = [null, null]
      return restedMs
    },
  }
}
