/** What Electricity Maps may answer (API v3). */
import { z } from 'zod'
import { Instant } from '../live-signal.ts'
import { oneOrMany } from '../provider-answer.ts'

const MAX_ROWS = 1_000
const ZoneName = z.string().regex(/^[A-Z]{2}(?:-[A-Z0-9]{1,8}){0,3}$/)

const Hour = {
  datetime: Instant,
  updatedAt: Instant.nullish(),
  /** gCO2eq/kWh. */
  carbonIntensity: z.number().min(0).max(5_000).nullish(),
  /** Percent of consumption. */
  renewablePercentage: z.number().min(0).max(200).nullish(),
  isEstimated: z.boolean().nullish(),
  emissionFactorType: z.string().max(20).nullish(),
}
const Rows = oneOrMany(z.object(Hour), MAX_ROWS)

const Zoned = { zone: ZoneName, updatedAt: Instant.nullish() }

/** One hour, or a list of them that is called after what was asked for. */
export const HoursBody = z.union([
  z.object({ ...Zoned, history: Rows }).transform(({ history: rows, ...body }) => ({ ...body, rows })),
  z.object({ ...Zoned, forecast: Rows }).transform(({ forecast: rows, ...body }) => ({ ...body, rows })),
  z.object({ ...Zoned, data: Rows }).transform(({ data: rows, ...body }) => ({ ...body, rows })),
  z.object({ ...Hour, ...Zoned }).transform(({ zone, ...row }) => ({ zone, updatedAt: row.updatedAt, rows: [row] })),
])
export type HourRow = z.output<typeof Rows>[number]

export const PlaceBody = z.object({ zone: ZoneName })
export const ZonesBody = z.record(z.string().max(60), z.object({ zoneName: z.string().min(1).max(120), countryName: z.string().max(120).nullish() }))

const ErrorBody = z.union([
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
])

export function saidByElectricityMaps(body: unknown): string | null {
  const result = ErrorBody.safeParse(body)
  return result.success ? result.data : null
}
