/** What Elexon Insights may answer: rows inside `data`, or bare. */
import { z } from 'zod'
import { Instant, LooseNumber } from '../live-signal.ts'
import { oneOrMany } from '../provider-answer.ts'

/** Twenty fuels in five-minute steps of a day, or 15 s steps of a day. */
const MAX_ROWS = 12_000

const rowsOf = <T extends z.ZodType>(row: T) =>
  z.union([z.object({ data: oneOrMany(row, MAX_ROWS) }).transform(({ data }) => data), z.array(row).max(MAX_ROWS)])

const Published = { startTime: Instant, publishTime: Instant.nullish() }
const Megawatts = LooseNumber.refine((value) => value === null || Math.abs(value) < 200_000)
const Price = LooseNumber.refine((value) => value === null || Math.abs(value) < 100_000)

export const FrequencyBody = rowsOf(z.object({ measurementTime: Instant, frequency: z.number().min(40).max(60) }))
export const OutturnBody = rowsOf(z.object({ ...Published, initialDemandOutturn: Megawatts }))
/** Rows of the whole country carry no boundary, or `N`. */
export const DayAheadBody = rowsOf(z.object({ ...Published, boundary: z.string().max(8).nullish(), nationalDemand: Megawatts }))
export const FuelBody = rowsOf(z.object({ ...Published, fuelType: z.string().min(1).max(20), generation: Megawatts }))
export const MarketIndexBody = rowsOf(z.object({ startTime: Instant, dataProvider: z.string().max(20), price: Price, volume: Megawatts }))
export const SystemPriceBody = rowsOf(z.object({ startTime: Instant, createdDateTime: Instant.nullish(), systemSellPrice: Price, systemBuyPrice: Price }))

export type FuelRow = z.output<typeof FuelBody>[number]
export type MarketIndexRow = z.output<typeof MarketIndexBody>[number]

/** Errors are plain text, or a problem document (RFC 9457) with a title. */
export const ElexonError = z.union([
  z.object({ title: z.string() }).transform(({ title }) => title),
  z.object({ message: z.string() }).transform(({ message }) => message),
])
