import { type EpochMs, epochMs } from '../../../shared/units.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** `random` is uniform in [0, 1): not all copies ask at the same time. */
const between = (from: number, to: number, random: number): number => Math.round(from + (to - from) * random)

/** When to look for the first time after a start: soon, or about a day after the last look. */
export function firstLook(now: EpochMs, checkedAt: string | null, random: number): EpochMs {
  const soon = now + between(MINUTE_MS, 10 * MINUTE_MS, random)
  const age = checkedAt === null ? DAY_MS : now - Date.parse(checkedAt)
  return epochMs(age >= 0 && age < DAY_MS ? Math.max(soon, now + DAY_MS - age) : soon)
}

/** When to look again: in about a day; after `failures` in a row sooner, from an hour on. */
export function nextLook(now: EpochMs, failures: number, random: number): EpochMs {
  const wait = failures === 0 ? DAY_MS : Math.min(DAY_MS, HOUR_MS * 2 ** Math.min(failures - 1, 5))
  return epochMs(now + between(wait * 0.8, wait * 1.2, random))
}

/** How long to wait before the time is looked at again: a machine that slept, or whose clock was set, is not waited for twice. */
export const napMs = (now: EpochMs, until: EpochMs): number => Math.max(0, Math.min(HOUR_MS, until - now))

/** Is it time? A clock that was set back by more than a wait can be does not keep programs from looking. */
export const isDue = (now: EpochMs, at: EpochMs): boolean => now >= at || at - now > DAY_MS * 1.2
