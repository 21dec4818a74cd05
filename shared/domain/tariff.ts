/** What electricity costs its owner, and what is left of the pay for a job. Money in hundredths of a currency, times in epoch milliseconds. */
import { z } from 'zod'
import type { Signal } from '../contract/wire.ts'
import { MICRO_USD_PER_USD } from '../units.ts'
import { TimeZone, WeekHours, readWeek } from './local-week.ts'
import { type Slot, meanOver, slotAt } from './signal.ts'

const Currency = z.string().regex(/^[A-Z]{3}$/, 'expected a currency such as GBP')
/** All that one more kWh costs, taxes included; negative where one is paid for using it. */
const Rate = z.number().min(-10_000).max(10_000)
/** What one unit of the currency is worth in USD, as the owner says; `null`: not said. */
const usdPerUnit = z.number().positive().max(1_000_000).nullable().default(null)

/**
 * `flat`: one price. `time-of-use`: prices by weekday and hour in local time, the first that holds. `zone`: the retail prices that the
 * coordinator gives for the zone, half hour by half hour.
 */
export const Tariff = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flat'), currency: Currency, usdPerUnit, minorPerKWh: Rate }),
  z.strictObject({
    kind: z.literal('time-of-use'),
    currency: Currency,
    usdPerUnit,
    timeZone: TimeZone,
    bands: z
      .array(z.strictObject({ ...WeekHours.shape, minorPerKWh: Rate }))
      .min(1)
      .max(50),
    otherwiseMinorPerKWh: Rate,
  }),
  z.strictObject({ kind: z.literal('zone'), currency: Currency, usdPerUnit }),
])
export type Tariff = Readonly<z.infer<typeof Tariff>>

/** True for what an owner pays: a retail price in their currency. */
export const isPriceFor = (signal: Signal, { currency }: Tariff): boolean =>
  signal.kind === 'price' && signal.unit === 'minor/kWh' && signal.price?.market === 'retail' && signal.price.currency === currency

/** The price of one kWh from `from` to `to`, as slots in order; nothing is in there that is not known. `series` counts for a `zone` tariff only. */
export function pricesOver(tariff: Tariff, series: readonly Slot[], { from, to }: { readonly from: number; readonly to: number }): readonly Slot[] {
  if (tariff.kind === 'zone') return series.filter((slot) => slot.to > from && slot.from < to)
  if (tariff.kind === 'flat') return [{ from, to, value: tariff.minorPerKWh, forecast: false }]
  const { timeZone, bands: hours, otherwiseMinorPerKWh } = tariff
  const slots: Slot[] = []
  for (let at = from; at < to; ) {
    const { state, until } = readWeek({ timeZone, hours, meaning: (index) => hours[index]?.minorPerKWh ?? otherwiseMinorPerKWh }, at)
    const end = Math.min(until ?? to, to)
    slots.push({ from: at, to: end, value: state, forecast: false })
    at = end
  }
  return slots
}

/** The price that holds at a moment; `null` if it is not known. */
export const priceAt = (prices: readonly Slot[], at: number): Slot | null => slotAt(prices, at)

export interface Work {
  readonly seconds: number
  readonly watts: number
  /** What the node gets for it. */
  readonly microUsd: bigint
}

export interface NetEarnings {
  readonly payMinor: number
  readonly costMinor: number
  readonly netMinor: number
}

const WATT_SECONDS_PER_KWH = 3_600_000

/** What the electricity of some work costs if it starts at `from`, at constant power; `null` unless the price of all of it is known. */
export function costOf(prices: readonly Slot[], { seconds, watts }: Pick<Work, 'seconds' | 'watts'>, from: number): number | null {
  const price = meanOver(prices, from, from + seconds * 1_000)
  // Sums of many slots may miss the whole by rounding.
  return price === null || price.coverage < 1 - 1e-9 ? null : (price.value * watts * seconds) / WATT_SECONDS_PER_KWH
}

/** Expected pay less the cost of electricity; `null` if a price or the exchange rate is not known. An estimate: work may take longer or use more. */
export function netEarnings(tariff: Tariff, prices: readonly Slot[], { work, from }: { readonly work: Work; readonly from: number }): NetEarnings | null {
  const rate = tariff.currency === 'USD' ? 1 : tariff.usdPerUnit
  const costMinor = costOf(prices, work, from)
  if (rate === null || costMinor === null) return null
  const payMinor = ((Number(work.microUsd) / Number(MICRO_USD_PER_USD)) * 100) / rate
  return { payMinor, costMinor, netMinor: payMinor - costMinor }
}

const amount = (minor: number, currency: string): string => `${(minor / 100).toFixed(4).replace(/0{1,2}$/, '')} ${currency}`

/** The tariff in words, with its numbers. */
export function describeTariff(tariff: Tariff): string {
  if (tariff.kind === 'zone') return `Your electricity costs what the half hour costs in your zone, in ${tariff.currency}.`
  if (tariff.kind === 'flat') return `Your electricity costs ${amount(tariff.minorPerKWh, tariff.currency)} per kWh.`
  return `Your electricity costs ${amount(tariff.otherwiseMinorPerKWh, tariff.currency)} per kWh, other prices at ${tariff.bands.length} times of the week.`
}

/** What comes of it, in words. Every estimate carries its name. */
export const describeNet = ({ payMinor, costMinor, netMinor }: NetEarnings, currency: string): string =>
  `≈ ${amount(netMinor, currency)} (pay ${amount(payMinor, currency)} − electricity ${amount(costMinor, currency)})`
