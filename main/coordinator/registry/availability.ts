/** How much of each hour of the week an owner lets a node work. Pure; hours are those of the local week, Monday 00:00 = 0. */

/** What was seen of a node: milliseconds by hour, the older the less they count. */
export interface Track {
  readonly watched: readonly number[]
  readonly willing: readonly number[]
  /** Epoch milliseconds at which the figures count in full. */
  readonly asOf: number
}

export interface Sight {
  readonly hour: number
  readonly ms: number
  readonly isWilling: boolean
  /** When it ended, epoch milliseconds. */
  readonly at: number
}

export const HOURS = 168
const DAY = 24
const HOUR_MS = 3_600_000
const HALF_LIFE_MS = 28 * 24 * HOUR_MS
/** Two days: fewer show one evening and call it a habit. */
const FEWEST_MS = 48 * HOUR_MS
/** So much time of what is usual is taken for granted in each hour: the shorter it was watched, the more it is thought to be like the others. */
const TRUST_MS = { hour: 6 * HOUR_MS, kindOfDay: 4 * HOUR_MS }

export const nothingSeen = (asOf: number): Track => ({ watched: Array.from({ length: HOURS }, () => 0), willing: Array.from({ length: HOURS }, () => 0), asOf })

/** The track with one more sight; all before it has faded, to a half in four weeks. */
export function withSight({ watched, willing, asOf }: Track, { hour, ms, isWilling, at }: Sight): Track {
  const kept = 2 ** (-Math.max(0, at - asOf) / HALF_LIFE_MS)
  const add = (amounts: readonly number[], more: number) => amounts.map((amount, index) => amount * kept + (index === hour ? more : 0))
  return { watched: add(watched, ms), willing: add(willing, isWilling ? ms : 0), asOf: Math.max(at, asOf) }
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** Time of day on weekdays, then at weekends. */
const kindOf = (hour: number): number => (hour >= 5 * DAY ? DAY : 0) + (hour % DAY)

/** By kind of day and time of day: the sum over all days of the kind. */
function byKind(amounts: readonly number[]): readonly number[] {
  const sums = Array.from({ length: 2 * DAY }, () => 0)
  for (const [hour, amount] of amounts.entries()) sums[kindOf(hour)] = (sums[kindOf(hour)] ?? 0) + amount
  return sums
}

/** The same time on days of its kind, and half as much the hours before and after. */
function alike(sums: readonly number[], hour: number): number {
  const kind = kindOf(hour) - (hour % DAY)
  const at = (time: number): number => sums[kind + ((time + DAY) % DAY)] ?? 0
  return at(hour % DAY) + (at((hour % DAY) - 1) + at((hour % DAY) + 1)) / 2
}

/**
 * The share of each hour in which the owner lets the node work, 0 to 1 in hundredths; `null` while the node was watched for less than two
 * days. Little time in an hour is filled up with what is usual at that time on such days, and that with what is usual at all.
 */
export function sharesOf({ watched, willing }: Track): readonly number[] | null {
  const total = sum(watched)
  if (total < FEWEST_MS) return null
  const overall = sum(willing) / total
  const [watchedByKind, willingByKind] = [byKind(watched), byKind(willing)]
  return watched.map((time, hour) => {
    const usual = (alike(willingByKind, hour) + overall * TRUST_MS.kindOfDay) / (alike(watchedByKind, hour) + TRUST_MS.kindOfDay)
    const share = ((willing[hour] ?? 0) + usual * TRUST_MS.hour) / (time + TRUST_MS.hour)
    return Math.round(share * 100) / 100
  })
}
