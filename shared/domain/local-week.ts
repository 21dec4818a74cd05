/** The week as a clock on the wall tells it. Minutes are the finest it knows; a change to or from summer time is allowed for. */
import { z } from 'zod'
import { type EpochMs, epochMs } from '../units.ts'

const LocalTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 22:30')

const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

export const TimeZone = z.string().refine(isTimeZone, 'expected a time zone such as Europe/London')

/** Hours of some weekdays. `from` after `to` runs past midnight; equal means the whole day. Days: 1 = Monday … 7 = Sunday. */
export const WeekHours = z.strictObject({ days: z.array(z.number().int().min(1).max(7)).min(1).max(7), from: LocalTime, to: LocalTime })
export type WeekHours = z.infer<typeof WeekHours>

const DAY_MIN = 24 * 60
const WEEK_MIN = 7 * DAY_MIN
const MINUTE_MS = 60_000
/** More than a week and a change of the clocks: what does not change within that never does. */
const LOOK_MS = 8 * DAY_MIN * MINUTE_MS
/** The epoch began on a Thursday. */
const EPOCH_MIN = 3 * DAY_MIN

const modulo = (value: number, by: number): number => ((value % by) + by) % by
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

interface Span {
  /** Minute of the local week, Monday 00:00 = 0. */
  readonly start: number
  readonly length: number
}

const spansOf = ({ days, from, to }: WeekHours): readonly Span[] =>
  days.map((day) => ({ start: (day - 1) * DAY_MIN + minutesOf(from), length: modulo(minutesOf(to) - minutesOf(from), DAY_MIN) || DAY_MIN }))

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Minutes since Monday 00:00 local time at `at`, epoch milliseconds. */
export function minuteOfWeek(timeZone: string, at: number): number {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    formatters.set(timeZone, formatter)
  }
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, value]))
  return WEEKDAYS.indexOf(parts.get('weekday') ?? '') * DAY_MIN + Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
}

const minuteFloor = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS
/** How far local clocks are ahead of UTC, minutes modulo a week. */
const offsetAt = (timeZone: string, at: number): number => modulo(minuteOfWeek(timeZone, at) - Math.floor(at / MINUTE_MS) - EPOCH_MIN, WEEK_MIN)

/** The first minute after `from` at which local clocks have been set; `to` if they are not before that. */
function clocksSetAt(timeZone: string, from: number, to: number): number {
  const offset = offsetAt(timeZone, from)
  if (offsetAt(timeZone, to) === offset) return to
  let [same, other] = [from, to]
  while (other - same > MINUTE_MS) {
    const middle = minuteFloor((same + other) / 2)
    if (offsetAt(timeZone, middle) === offset) same = middle
    else other = middle
  }
  return other
}

interface WeekState<T> {
  readonly state: T
  /** When that changes next; `null` if it never does. */
  readonly until: EpochMs | null
}

interface Week<T> {
  readonly timeZone: string
  readonly hours: readonly WeekHours[]
  /** What the first of `hours` that holds a moment means for it, by its index; -1 where none does. */
  readonly meaning: (index: number) => T
}

/** What holds at `now`, epoch milliseconds, and until when. */
export function readWeek<T>({ timeZone, hours, meaning }: Week<T>, now: number): WeekState<T> {
  const spans = hours.map(spansOf)
  const stateAt = (minute: number) => meaning(spans.findIndex((of) => of.some(({ start, length }) => modulo(minute - start, WEEK_MIN) < length)))
  const edges = spans.flat().flatMap(({ start, length }) => [start, start + length])
  const state = stateAt(minuteOfWeek(timeZone, now))
  const end = minuteFloor(now) + LOOK_MS
  for (let at = minuteFloor(now); at < end; ) {
    const here = minuteOfWeek(timeZone, at)
    if (stateAt(here) !== state) return { state, until: epochMs(at) }
    const set = clocksSetAt(timeZone, at, end)
    const ahead = edges.map((edge) => modulo(edge - here, WEEK_MIN)).filter((minutes) => at + minutes * MINUTE_MS < set && stateAt(here + minutes) !== state)
    if (ahead.length > 0) return { state, until: epochMs(at + Math.min(...ahead) * MINUTE_MS) }
    at = set
  }
  return { state, until: null }
}
