import type { Expected, Range } from '../../../shared/contract/money.ts'

/** A range is said from so many days on, and from the newest so many. */
export const LEAST_DAYS = 7
export const MOST_DAYS = 14
const WEEK = 7
/** Weeks that are looked back on. */
const RECORD_WEEKS = 8

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Nine in ten of a normal distribution lie below, so that four in five lie within twice as much. */
const Z_90 = 1.2816
/** The same of Student's t with `freedom` degrees (Abramowitz and Stegun 26.7.5, first term): few days say less. */
const t90 = (freedom: number): number => Z_90 + (Z_90 ** 3 + Z_90) / (4 * freedom)

/**
 * What `ahead` days to come will bring together, as a range that is meant to hold four times in five: the prediction interval of a sum of days that
 * are like the ones given and do not depend on each other. `least` bounds it from below. `null` while there are fewer than {@link LEAST_DAYS}.
 */
export function rangeAhead(days: readonly number[], ahead: number, least = -Infinity): Range | null {
  const known = days.slice(-MOST_DAYS)
  const n = known.length
  if (n < LEAST_DAYS) return null
  const mean = sumOf(known) / n
  const variance = sumOf(known.map((value) => (value - mean) ** 2)) / (n - 1)
  const margin = t90(n - 1) * Math.sqrt(variance * ahead * (1 + ahead / n))
  return { low: Math.max(least, ahead * mean - margin), high: ahead * mean + margin }
}

/** What the range would have said of each whole week before now from the days before it, the newest first, and what the week was. */
function pastWeeks(days: readonly number[], least: number): (Range & { readonly was: number })[] {
  return Array.from({ length: RECORD_WEEKS }, (_, index) => days.length - (index + 1) * WEEK).flatMap((start) => {
    const said = start < 0 ? null : rangeAhead(days.slice(0, start), WEEK, least)
    return said ? [{ ...said, was: sumOf(days.slice(start, start + WEEK)) }] : []
  })
}

/** What to expect of the days ahead. `days`: whole days, the oldest first. `null` while too few are known. */
export function expectFrom(days: readonly number[], least = -Infinity): Expected | null {
  const [day, week] = [rangeAhead(days, 1, least), rangeAhead(days, WEEK, least)]
  if (!day || !week) return null
  const weeks = pastWeeks(days, least)
  return {
    day,
    week,
    lastWeek: weeks[0] ?? null,
    record: { weeks: weeks.length, held: weeks.filter(({ low, high, was }) => was >= low && was <= high).length },
  }
}
