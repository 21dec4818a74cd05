/** Numbers and times as a person reads them, in the language and region of theirs; money is in `shared/domain/money.ts`. `Intl` only. */
import { region, spokenLanguage, t } from '../../shared/i18n/translate.ts'
import { JOULES_PER_KWH, JOULES_PER_WH } from '../../shared/units.ts'

/** U+202F: a unit never leaves its number. */
const THIN = '\u202f'
const DAY_MS = 86_400_000

const significant = (value: number, digits = 3): string => new Intl.NumberFormat(region(), { maximumSignificantDigits: digits }).format(value).replace('-', '−')

/** A number with so many places, `0.50`. */
export const formatFixed = (value: number, places: number): string =>
  new Intl.NumberFormat(region(), { minimumFractionDigits: places, maximumFractionDigits: places }).format(value)

/** Below 10 W the tenth matters, above it does not. */
export const formatWatts = (watts: number): string => `${new Intl.NumberFormat(region(), { maximumFractionDigits: watts < 10 ? 1 : 0 }).format(watts)}${THIN}W`

export const formatTemperature = (celsius: number): string => `${Math.round(celsius)}${THIN}°C`

/** Bytes of memory to `12 GiB`; below 10 GiB with a tenth. */
export function formatMemory(bytes: number): string {
  const gib = bytes / 2 ** 30
  return `${new Intl.NumberFormat(region(), { maximumFractionDigits: gib < 10 ? 1 : 0 }).format(gib)}${THIN}GiB`
}

/** Joules to the unit people buy: `36 J`, `12.4 Wh`, `1.46 kWh`. */
export function formatEnergy(joules: number): string {
  if (joules < JOULES_PER_WH / 10) return `${significant(joules)}${THIN}J`
  if (joules < JOULES_PER_KWH) return `${significant(joules / JOULES_PER_WH)}${THIN}Wh`
  return `${significant(joules / JOULES_PER_KWH)}${THIN}kWh`
}

/** Grams. A joule on the cleanest grid is a hundred times as much; less is what is left where doubles that should be equal are subtracted. */
const NOTHING_G = 1e-9

/** Grams of CO2e to `3.2 mg`, `212 g` or `1.2 kg`. The sign is kept: a saving may be negative. */
export function formatGrams(grams: number): string {
  const size = Math.abs(grams)
  if (size >= 1_000) return `${significant(grams / 1_000)}${THIN}kg`
  if (size < NOTHING_G) return `0${THIN}g`
  if (size >= 0.1) return `${significant(grams)}${THIN}g`
  return `${significant(grams * 1_000)}${THIN}mg`
}

/** Hundredths of a currency, with as many places as a kWh or a short job needs. */
export const formatMinor = (minor: number, currency: string): string =>
  new Intl.NumberFormat(region(), {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
  }).format(minor / 100)

/** Hundredths of a currency as a balance: cents from one unit on, four places below it. */
export const formatAmount = (minor: number, currency: string): string =>
  new Intl.NumberFormat(region(), {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: Math.abs(minor) >= 100 ? 2 : 4,
  })
    .format(minor / 100)
    .replace('-', '−')

export const formatIntensity = (gPerKWh: number): string => `${Math.round(gPerKWh)}${THIN}g/kWh`

export const formatPercent = (share: number): string => new Intl.NumberFormat(region(), { style: 'percent', maximumFractionDigits: 0 }).format(share)

/** Percent with two digits that count: `± 5.2%`. */
export const formatUncertainty = (percent: number): string =>
  `±${THIN}${new Intl.NumberFormat(region(), { style: 'percent', maximumSignificantDigits: 2 }).format(percent / 100)}`

/** Milliseconds to `2 h 41 min`, `41 min` or `12 s`. */
export function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds}${THIN}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}${THIN}min`
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)}${THIN}h${rest === 0 ? '' : ` ${rest}${THIN}min`}`
}

/** How long something took that is over before one has counted to ten: `42 ms`, `0.4 s`. */
export function formatDelay(ms: number): string {
  if (ms < 100) return `${Math.round(ms)}${THIN}ms`
  return ms < 10_000 ? `${new Intl.NumberFormat(region(), { maximumFractionDigits: 1 }).format(ms / 1_000)}${THIN}s` : formatSpan(ms)
}

/** What is left of a wait: `14:32`, from an hour on `3 h 12 min`. */
export function formatCountdown(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / 1_000)
  return seconds < 3_600 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : formatSpan(Math.ceil(seconds / 60) * 60_000)
}

/** A format that is made once for each region. */
function dates(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  const made = new Map<string, Intl.DateTimeFormat>()
  return () => {
    const format = made.get(region()) ?? new Intl.DateTimeFormat(region(), options)
    made.set(region(), format)
    return format
  }
}
const parts = (options: Intl.DateTimeFormatOptions) => {
  const format = dates(options)
  return (at: string | number): string => format().format(new Date(at))
}
const clockTime = parts({ hour: '2-digit', minute: '2-digit' })
const dayName = parts({ weekday: 'short' })
const dayMonth = parts({ day: 'numeric', month: 'short' })
const dayMonthYear = parts({ day: 'numeric', month: 'short', year: 'numeric' })
const utcDay = parts({ weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
const utcDayYear = parts({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const longDate = dates({ day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** Local wall clock, `14:41`. */
export const formatClock = clockTime
/** `14:41:07`. */
export const formatSeconds = parts({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
/** `Sat 21 Nov 2026, 14:41:07`, for the exact time behind a short one. */
export const formatExact = parts({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})
/** `21 Nov 2026`, local. */
export const formatDate = dayMonthYear
export const formatWeekday = dayName

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0)
/** Whole local days from now to `at`; rounded because a day may have 23 or 25 hours. */
const daysFrom = (now: number, at: number): number => Math.round((startOfDay(at) - startOfDay(now)) / DAY_MS)

/** `14:41` today, `tomorrow 06:00`, `yesterday 23:10`, otherwise `24 Nov, 06:00`, and in another year `24 Nov 2025, 06:00`. */
export function formatMoment(at: string | number, now: number): string {
  const time = clockTime(at)
  const days = daysFrom(now, new Date(at).getTime())
  if (days === 0) return time
  if (days === 1) return t('tomorrow {time}', { time })
  if (days === -1) return t('yesterday {time}', { time })
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return t('{day}, {time}', { day: isThisYear ? dayMonth(at) : dayMonthYear(at), time })
}

const ISO_TIME = /\b\d{4}-\d{2}-\d{2}T[\d:.]+Z/g

/** A text of another machine's with each UTC time in it as {@link formatMoment}. */
export const withMoments = (text: string, now: number): string => text.replaceAll(ISO_TIME, (at) => formatMoment(at, now))

/** As {@link formatMoment}, to follow a verb: `at 14:41`, `tomorrow 06:00`, `on 24 Nov, 06:00`. */
export function formatAt(at: string | number, now: number): string {
  const days = daysFrom(now, new Date(at).getTime())
  if (days === 0) return t('at {time}', { time: clockTime(at) })
  const moment = formatMoment(at, now)
  return Math.abs(days) === 1 ? moment : t('on {day}', { day: moment })
}

/** `in 3 h`, `4 min ago`, `just now`. */
export function formatRelative(at: string | number, now: number): string {
  const ms = new Date(at).getTime() - now
  if (Math.abs(ms) < 45_000) return ms > 0 ? t('in a moment') : t('just now')
  const span = formatSpan(Math.abs(ms) < DAY_MS ? Math.abs(ms) : 0)
  if (Math.abs(ms) < DAY_MS) return ms > 0 ? t('in {span}', { span }) : t('{span} ago', { span })
  return new Intl.RelativeTimeFormat(region(), { numeric: 'always' }).format(Math.round(ms / DAY_MS), 'day')
}

/** `14:00–15:00`, or with the day where it is not today. */
export const formatWindow = (window: { readonly from: string; readonly to: string }, now: number): string => {
  const sameDay = daysFrom(new Date(window.from).getTime(), new Date(window.to).getTime()) === 0
  return `${formatMoment(window.from, now)}–${sameDay ? clockTime(window.to) : formatMoment(window.to, now)}`
}

/** The day or days of a recording, an ISO 8601 date or interval: `2024-03-18/19` to `18–19 March 2024`. Text that is no date stays as it is. */
export function formatRecording(recordedOn: string): string {
  const [, first, end = first] = /^(\d{4}-\d{2}-\d{2})(?:\/((?:\d{4}-)?(?:\d{2}-)?\d{2}))?$/.exec(recordedOn) ?? []
  if (first === undefined || end === undefined) return recordedOn
  // The end of an interval may leave out what it shares with the start (ISO 8601-1 §5.5.2).
  const last = first.slice(0, first.length - end.length) + end
  return longDate()
    .formatRange(new Date(first), new Date(last))
    .replaceAll(/\s*–\s*/g, '–')
}

/** A UTC day such as `2026-11-21` as `Sat 21 Nov`, after what people call it if it is near, and with its year if that is not today’s. */
export function formatDay(day: string, today: string): string {
  const name = (day.slice(0, 4) === today.slice(0, 4) ? utcDay(day) : utcDayYear(day)).replace(',', '')
  const ago = (Date.parse(today) - Date.parse(day)) / DAY_MS
  if (ago === 0) return t('Today, {day}', { day: name })
  return ago === 1 ? t('Yesterday, {day}', { day: name }) : name
}

/** A word that stands by itself, as it is written inside a sentence: German nouns keep their capital there. */
export const midSentence = (word: string): string => (spokenLanguage() === 'de' ? word : word.toLocaleLowerCase(region()))

/** `a, b and c`. */
export const listOf = (items: readonly string[]): string => new Intl.ListFormat(region()).format(items)

/** The start and end of an id or hash, enough to recognise it. */
export const shortId = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 6)}…${id.slice(-6)}`)
