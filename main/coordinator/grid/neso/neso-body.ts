/** What the CKAN API of the NESO data portal may answer. */
import { z } from 'zod'
import { LooseNumber } from '../live-signal.ts'
import { MAX_SLOTS, oneOrMany } from '../provider-answer.ts'

/** The day, whatever time is written behind it. */
const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(?:T[\d:.]{1,15}Z?)?$/)
  .transform((text) => text.slice(0, 10))
const Period = LooseNumber.pipe(z.number().int().min(1).max(50))
const Megawatts = LooseNumber.refine((value) => value === null || Math.abs(value) < 200_000)
/** Time of day as a number: 0 to 2400 for midnight to midnight. */
const ClockTime = LooseNumber.pipe(z.number().int().min(0).max(2_400))
/** UTC, without saying so. */
const Stamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?Z?$/)
  .transform((text) => Date.parse(text.endsWith('Z') ? text : `${text}Z`))
  .refine(Number.isFinite)

export const PackageResult = z.object({
  resources: oneOrMany(
    z.object({
      id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
      name: z.string().max(200).nullish(),
      datastore_active: z.boolean().nullish(),
      last_modified: Stamp.nullish().catch(null),
    }),
    500,
  ),
})

const recordsOf = <T extends z.ZodType>(record: T) => z.object({ records: oneOrMany(record, MAX_SLOTS) })

export const DemandResult = recordsOf(
  z.object({ SETTLEMENT_DATE: Day, SETTLEMENT_PERIOD: Period, FORECAST_ACTUAL_INDICATOR: z.string().max(8).nullish(), ND: Megawatts }),
)
export const CardinalPointsResult = recordsOf(z.object({ TARGETDATE: Day, CP_ST_TIME: ClockTime, CP_END_TIME: ClockTime, FORECASTDEMAND: Megawatts }))
export const EmbeddedResult = recordsOf(
  z.object({ SETTLEMENT_DATE: Day, SETTLEMENT_PERIOD: Period, EMBEDDED_WIND_FORECAST: Megawatts, EMBEDDED_SOLAR_FORECAST: Megawatts }),
)

const Fault = z.object({ success: z.literal(false), error: z.record(z.string().max(60), z.unknown()) })

type Envelope<T> = { success: false; error: Record<string, unknown> } | { success: true; result: T }

/** A refusal may travel with any status, 200 among them. */
export const envelopeOf = <T>(result: z.ZodType<T>) => z.union([Fault, z.object({ success: z.literal(true), result })]) as z.ZodType as z.ZodType<Envelope<T>>

/** The portal's own words: a bare text, `error.message`, or the first complaint about a field. */
export function saidByNeso(body: unknown): string | null {
  if (typeof body === 'string') return body
  const fault = Fault.safeParse(body)
  if (!fault.success) return null
  const { message, __type: _, ...fields } = fault.data.error
  if (typeof message === 'string') return message
  const [complaint] = Object.entries(fields).map(([field, words]) => `${field}: ${String(Array.isArray(words) ? words[0] : words)}`)
  return complaint ?? null
}
