import { z } from 'zod'
import { type EpochMs, epochMs } from '../../../../shared/units.ts'

const LocalTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 22:30')

const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/** When the owner allows work, in local time. `from` after `to` runs past midnight; equal means the whole day. Days: 1 = Monday … 7 = Sunday. */
export const Schedule = z.strictObject({
  timeZone: z.string().refine(isTimeZone, 'expected a time zone such as Europe/London'),
  allowed: z
    .array(z.strictObject({ days: z.array(z.number().int().min(1).max(7)).min(1).max(7), from: LocalTime, to: LocalTime }))
    .min(1)
    .max(50),
})
export type Schedule = z.infer<typeof Schedule>

export interface ScheduleState {
  readonly allowed: boolean
  /** When that changes next; `null` if it never does. */
  readonly until: EpochMs | null
}

const DAY_MIN = 24 * 60
const WEEK_MIN = 7 * DAY_MIN
const MINUTE_MS = 60_000

/** What the weekly schedule says at a moment. Minutes are the finest it knows. */
export function readSchedule({ timeZone, allowed }: Schedule, now: EpochMs): ScheduleState {
  const spans = allowed.flatMap(({ days, from, to }) => days.map((day) => spanOf(day, minutesOf(from), minutesOf(to))))
  const isAllowedAt = (minute: number) => spans.some(({ start, length }) => modulo(minute - start, WEEK_MIN) < length)
  const here = minuteOfWeek(timeZone, now)
  const current = isAllowedAt(here)
  const edges = spans.flatMap(({ start, length }) => [start, start + length])
  const changes = edges.map((edge) => modulo(edge - here, WEEK_MIN)).filter((ahead) => ahead > 0 && isAllowedAt(here + ahead) !== current)
  return { allowed: current, until: changes.length === 0 ? null : momentAhead(timeZone, now, Math.min(...changes)) }
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const spanOf = (day: number, from: number, to: number): { start: number; length: number } => ({
  start: (day - 1) * DAY_MIN + from,
  length: modulo(to - from, DAY_MIN) || DAY_MIN,
})

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const formatters = new Map<string, Intl.DateTimeFormat>()

function minuteOfWeek(timeZone: string, at: number): number {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    formatters.set(timeZone, formatter)
  }
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, value]))
  return WEEKDAYS.indexOf(parts.get('weekday') ?? '') * DAY_MIN + Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
}

/** The moment at which local clocks have moved on by `minutes`; a change to or from summer time in between is allowed for. */
function momentAhead(timeZone: string, now: EpochMs, minutes: number): EpochMs {
  const guess = Math.floor(now / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS
  const wanted = minuteOfWeek(timeZone, now) + minutes
  const off = modulo(wanted - minuteOfWeek(timeZone, guess) + WEEK_MIN / 2, WEEK_MIN) - WEEK_MIN / 2
  return epochMs(guess + off * MINUTE_MS)
}
