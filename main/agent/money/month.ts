import type { MonthEstimate } from '../../../shared/contract/first-run.ts'
import type { Device } from '../../../shared/contract/device.ts'
import type { Range } from '../../../shared/contract/money.ts'
import type { Tariff } from '../../../shared/domain/tariff.ts'
import { MOST_DAYS, rangeAhead } from './expect.ts'

const MONTH_DAYS = 30
/** On days with less work than this nobody can tell what an hour brings. */
const LEAST_HOURS = 0.25

export interface WorkedDay {
  /** Hundredths of the owner's currency, after electricity. */
  readonly net: number
  readonly hours: number
}

/**
 * What 30 days may leave after electricity at so many hours of work a day: the range that this machine's own days give
 * ({@link rangeAhead}), in proportion to the hours. `null` while they say too little.
 */
export function monthFrom(days: readonly WorkedDay[], hoursPerDay: number): MonthEstimate['net'] {
  const known = days.slice(-MOST_DAYS)
  const range = rangeAhead(
    known.map(({ net }) => net),
    MONTH_DAYS,
  )
  const hours = known.reduce((sum, day) => sum + day.hours, 0) / known.length
  if (!range || !(hours >= LEAST_HOURS)) return null
  const share = hoursPerDay / hours
  return { low: range.low * share, high: range.high * share, days: known.length, hours }
}

/** The lowest and the highest that a kWh costs, in hundredths; `null` if that is not known. `now`: the price of a zone at this moment. */
export function pricesOf(tariff: Tariff | null, now: number | null): Range | null {
  if (tariff === null) return null
  if (tariff.kind === 'flat') return { low: tariff.minorPerKWh, high: tariff.minorPerKWh }
  if (tariff.kind === 'zone') return now === null ? null : { low: now, high: now }
  const all = [tariff.otherwiseMinorPerKWh, ...tariff.bands.map(({ minorPerKWh }) => minorPerKWh)]
  return { low: Math.min(...all), high: Math.max(...all) }
}

/** The electricity of 30 days at so many hours of work a day, between the devices at rest and the most they draw or may. */
export function electricityOfMonth(
  devices: readonly Pick<Device, 'enabled' | 'powerLimitW' | 'idleW' | 'ceilings'>[],
  { hoursPerDay, prices }: { readonly hoursPerDay: number; readonly prices: Range | null },
): MonthEstimate['electricity'] {
  const drawn = devices.flatMap(({ enabled, powerLimitW, idleW, ceilings: { watts } }) => {
    const most = Math.min(powerLimitW ?? Infinity, watts ?? Infinity)
    return enabled && Number.isFinite(most) ? [{ most, least: Math.min(idleW ?? 0, most) }] : []
  })
  if (drawn.length === 0) return null
  const [lowWatts, highWatts] = [drawn.reduce((sum, { least }) => sum + least, 0), drawn.reduce((sum, { most }) => sum + most, 0)]
  const kWh = (watts: number) => (watts * hoursPerDay * MONTH_DAYS) / 1_000
  const [lowKWh, highKWh] = [kWh(lowWatts), kWh(highWatts)]
  const ends = prices && [lowKWh * prices.low, lowKWh * prices.high, highKWh * prices.low, highKWh * prices.high]
  return { lowWatts, highWatts, lowKWh, highKWh, cost: ends && { low: Math.min(...ends), high: Math.max(...ends) } }
}
