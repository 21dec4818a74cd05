import { type EpochMs, epochMs } from '../../../shared/units.ts'
import { nextIssue } from './live-signal.ts'

const MINUTE_MS = 60_000
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Minutes since local midnight at `at`. */
export function minuteOfDay(timeZone: string, at: number): number {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    formatters.set(timeZone, formatter)
  }
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0)
}

/** The first whole minute after `at` that is `minute` of a local day; a change to or from summer time in between is allowed for. */
export function nextMinuteOfDay(timeZone: string, minute: number, at: number): number {
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
  const ahead = (minute - minuteOfDay(timeZone, at) + 1_440) % 1_440 || 1_440
  const guess = start + ahead * MINUTE_MS
  const off = ((minute - minuteOfDay(timeZone, guess) + 720 + 1_440) % 1_440) - 720
  return guess + off * MINUTE_MS
}

/** When in the local day a list of tomorrow's prices comes out, minutes since midnight. */
export interface Publication {
  readonly timeZone: string
  readonly from: number
  readonly by: number
}

/** The first moment after `at` to look: every quarter hour while the list is due, every hour for the rest of the day, then when it is due again. */
export function nextLook({ timeZone, from, by }: Publication, at: number): EpochMs {
  const minute = minuteOfDay(timeZone, at)
  if (minute < from) return epochMs(nextMinuteOfDay(timeZone, from, at))
  return nextIssue(at, minute < by ? 15 * MINUTE_MS : 60 * MINUTE_MS)
}

/** Europe's day-ahead auction closes at noon in Brussels; its prices follow within the hour, or up to four later when it has to be repeated. */
export const DAY_AHEAD_AUCTION: Publication = { timeZone: 'Europe/Brussels', from: 12 * 60 + 45, by: 17 * 60 }
