import type { Clock } from '../../../kernel/clock.ts'
import type { MonotonicMs } from '../../../../shared/units.ts'

export interface SleepState {
  /** The machine is about to sleep: nothing may start. */
  readonly suspending: boolean
  /** When it last woke while this process ran, as far as anyone noticed. */
  readonly resumedAt: MonotonicMs | null
}

export interface SleepWatch {
  /** What whoever knows says: `true` just before sleep, `false` after. */
  readonly tell: (suspending: boolean) => void
  /** Compares the clocks; meant to be called at every tick. `true` if the machine has slept since the look before. */
  readonly look: () => boolean
  readonly read: () => SleepState
}

/** The wall clock goes on while the machine sleeps and the monotonic one does not. A clock that is set counts as sleep, too. */
const JUMP_MS = 5_000
/** Nothing prepares for sleep this long: the announcement of the end was missed, or nothing came of it. */
const PREPARING_MS = 30_000

export function createSleepWatch(clock: Pick<Clock, 'now' | 'monotonic'>): SleepWatch {
  let suspendingSince: number | null = null
  let resumedAt: MonotonicMs | null = null
  let offset = clock.now() - clock.monotonic()
  const wake = () => {
    suspendingSince = null
    resumedAt = clock.monotonic()
  }
  return {
    tell(suspending) {
      if (suspending) suspendingSince ??= clock.monotonic()
      else if (suspendingSince !== null) wake()
    },
    look() {
      const before = offset
      offset = clock.now() - clock.monotonic()
      const hasSlept = Math.abs(offset - before) > JUMP_MS
      if (hasSlept) wake()
      return hasSlept
    },
    read: () => ({ suspending: suspendingSince !== null && clock.monotonic() - suspendingSince < PREPARING_MS, resumedAt }),
  }
}
