/** Settlement periods of Great Britain: half hours counted from midnight in London, 46 or 50 on the days when the clocks change. */
import { HALF_HOUR_MS } from '../units.ts'

const HOUR_MS = 3_600_000
/** Calendars are ten megabytes in memory: none for a coordinator that never asks. */
let london: Intl.DateTimeFormat | null = null

/** The day in London that holds `at` (epoch ms), `YYYY-MM-DD`. */
export function settlementDateOf(at: number): string {
  london ??= new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit' })
  return london.format(at)
}

/** Midnight in London at the start of the day, epoch ms. The clocks never change at midnight, so it is one of two hours. */
function startOfDay(date: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  return settlementDateOf(midnight - HOUR_MS) === date ? midnight - HOUR_MS : midnight
}

/** Start of period 1 to 50 of a day (`YYYY-MM-DD`), epoch ms; `null` for a period that the day does not have. */
export function settlementPeriodStart(date: string, period: number): number | null {
  const at = startOfDay(date) + (period - 1) * HALF_HOUR_MS
  return Number.isInteger(period) && period >= 1 && Number.isFinite(at) && settlementDateOf(at) === date ? at : null
}

/** Saturday and Sunday; of a day `YYYY-MM-DD`. */
export const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay())
