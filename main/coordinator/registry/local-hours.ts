import { minuteOfWeek } from '../../../shared/domain/local-week.ts'
import { HOURS } from './availability.ts'

const HOUR_MS = 3_600_000
/** The epoch began on a Thursday. */
const EPOCH_HOUR = 3 * 24
const cached = new Map<string, { readonly hour: number; readonly hours: readonly number[] }>()

/** The hour of the local week, Monday 00:00 = 0, that holds `at`, epoch milliseconds. */
export const localHour = (timeZone: string, at: number): number => Math.floor(minuteOfWeek(timeZone, at) / 60)

function ahead(timeZone: string, hour: number): readonly number[] {
  const hours = Array.from({ length: HOURS }, () => 0)
  for (let next = hour; next < hour + HOURS; next += 1) hours[(next + EPOCH_HOUR) % HOURS] = localHour(timeZone, (next + 0.5) * HOUR_MS)
  return hours
}

/**
 * For each hour of the UTC week from Monday 00:00 on, the hour of the local week that it will be when it comes next after `now`, epoch
 * milliseconds: a change of the clocks within the week is in it. The same list for as long as nothing in it changes.
 */
export function localHours(timeZone: string, now: number): readonly number[] {
  const hour = Math.floor(now / HOUR_MS)
  const last = cached.get(timeZone)
  if (last?.hour === hour) return last.hours
  const found = ahead(timeZone, hour)
  const hours = last?.hours.every((local, index) => local === found[index]) ? last.hours : found
  cached.set(timeZone, { hour, hours })
  return hours
}
