import type { Clock } from '../../kernel/clock.ts'
import type { RunningJob } from './runtime.ts'
import { createTurns } from './turns.ts'

/** Why a running job has to rest, in a sentence for its owner. */
export interface Hold {
  readonly message: string
}

export interface HoldingDeps {
  readonly clock: Clock
  /** The job cannot rest any longer, or not at all: it has to go. */
  readonly giveUp: () => void
  readonly changed: () => void
}

/** One attempt that may have to rest while it runs. */
export interface Holding {
  /** From now on there is something to freeze. */
  readonly attach: (job: RunningJob) => void
  /** `null` lets the job go on. */
  readonly set: (hold: Hold | null) => void
  /** What the owner is told while the job rests; `null` while it works. */
  readonly message: () => string | null
  /** The job is over. Returns how long it stood still, milliseconds. */
  readonly end: () => number
}

/** A device that is still over its ceiling after this long does not get better by waiting. */
const LONGEST_REST_MS = 10 * 60_000

/** Lets a job rest and go on as it is told, one step after the other, and counts the time it stands still. */
export function createHolding({ clock, giveUp, changed }: HoldingDeps): Holding {
  let wanted: Hold | null = null
  let job: RunningJob | null = null
  let frozen: { readonly since: number; readonly over: AbortController } | null = null
  let restedMs = 0
  const goOn = () => {
    frozen?.over.abort()
    restedMs += frozen ? clock.monotonic() - frozen.since : 0
    frozen = null
    changed()
  }
  const rest = () => {
    frozen = { since: clock.monotonic(), over: new AbortController() }
    void clock.sleep(LONGEST_REST_MS, frozen.over.signal).then((passed) => passed && giveUp())
    changed()
  }
  const isDue = (): boolean => job !== null && (wanted !== null) !== (frozen !== null)
  const turn = async (): Promise<boolean> => {
    if (!job) return false
    const isDone = frozen ? await job.thaw() : await job.freeze()
    if (!isDone) giveUp()
    if (!isDone || !job) return false
    if (frozen) goOn()
    else rest()
    return true
  }
  const settle = createTurns({ isDue, turn })
  return {
    attach(started) {
      job = started
      void settle()
    },
    set(hold) {
      const isNews = frozen !== null && hold !== null && hold.message !== wanted?.message
      wanted = hold
      if (isNews) changed()
      void settle()
    },
    message: () => (frozen && wanted ? `Resting: ${wanted.message}` : null),
    end() {
      job = null
      if (frozen) goOn()
      return restedMs
    },
  }
}
