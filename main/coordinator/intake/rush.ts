import type { Clock } from '../../kernel/clock.ts'

/** What came is counted by stretches of this length, milliseconds. */
const STRETCH_MS = 250

/** Whether a lot has come lately. */
export interface Rush {
  readonly arrived: () => void
  readonly isOn: () => boolean
}

/** More than `perSecond`, over this stretch of time so far or the one before it, is a lot: it ends when a whole stretch has been quiet. */
export function createRush({ monotonic }: Pick<Clock, 'monotonic'>, perSecond: number): Rush {
  const most = (perSecond * STRETCH_MS) / 1_000
  let [since, before, count] = [monotonic(), 0, 0]
  const roll = () => {
    const now = monotonic()
    if (now - since < STRETCH_MS) return
    before = now - since < 2 * STRETCH_MS ? count : 0
    since = now
    count = 0
  }
  return {
    arrived: () => {
      roll()
      count += 1
    },
    isOn: () => {
      roll()
      return Math.max(before, count) > most
    },
  }
}
