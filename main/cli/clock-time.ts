/** Times as the clock on the wall shows them, for terminals. All take epoch milliseconds and a time zone such as `Europe/London`. */

const formatters = new Map<string, Intl.DateTimeFormat>()

function partsOf(at: number, timeZone: string): Readonly<Record<string, string>> {
  const formatter =
    formatters.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      year: 'numeric',
      month: 'short',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    })
  formatters.set(timeZone, formatter)
  return Object.fromEntries(formatter.formatToParts(at).map(({ type, value }) => [type, value]))
}

/** Where this process is. */
export const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** `GMT`, `BST`, `CET`, `GMT-5`. */
export const zoneWord = (at: number, timeZone: string): string => partsOf(at, timeZone)['timeZoneName'] ?? ''

/** `Sat 21 Nov`. */
export function dayWord(at: number, timeZone: string): string {
  const { weekday, day, month } = partsOf(at, timeZone)
  return `${weekday} ${day} ${month?.slice(0, 3)}`
}

/** `2026-11-21`, or at least the same for the same day and for no other. */
export function dayKey(at: number, timeZone: string): string {
  const { year, month, day } = partsOf(at, timeZone)
  return `${year} ${month} ${day}`
}

/** `13:30`. */
export function timeWord(at: number, timeZone: string): string {
  const { hour, minute } = partsOf(at, timeZone)
  return `${hour}:${minute}`
}

/** `21 Nov 2026 13:30 GMT`, for what may be long ago. */
export function dateWord(at: number, timeZone: string): string {
  const { day, month, year } = partsOf(at, timeZone)
  return `${day} ${month?.slice(0, 3)} ${year} ${timeWord(at, timeZone)} ${zoneWord(at, timeZone)}`
}

/** `Sat 21 Nov 13:30 GMT`. */
export const momentWord = (at: number, timeZone: string): string => `${dayWord(at, timeZone)} ${timeWord(at, timeZone)} ${zoneWord(at, timeZone)}`

/** A moment as programs write it, with its milliseconds: nobody types one. */
const ISO_MOMENT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g

/** Lines for people, wherever their words come from: every moment in them as the clock on the wall shows it. */
export const inClockTime = (lines: readonly string[], timeZone: string): string[] =>
  lines.map((line) => line.replace(ISO_MOMENT, (moment) => dateWord(Date.parse(moment), timeZone)))
