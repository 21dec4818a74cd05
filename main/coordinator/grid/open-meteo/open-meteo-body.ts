/** What Open-Meteo may answer. */
import { z } from 'zod'

const MAX_HOURS = 24 * 40

/** UTC, as it was asked for, without saying so. */
const Hour = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)
  .transform((text) => Date.parse(`${text}Z`))
  .refine(Number.isFinite)
const series = (least: number, most: number) => z.array(z.number().min(least).max(most).nullable()).max(MAX_HOURS)

export const ForecastBody = z
  .object({
    utc_offset_seconds: z.literal(0),
    hourly_units: z.object({ global_tilted_irradiance: z.literal('W/m²'), temperature_2m: z.literal('°C') }),
    hourly: z.object({ time: z.array(Hour).max(MAX_HOURS), global_tilted_irradiance: series(-50, 2_000), temperature_2m: series(-100, 70) }),
  })
  .refine(({ hourly: { time, global_tilted_irradiance: irradiance, temperature_2m: air } }) => time.length === irradiance.length && time.length === air.length)
export type ForecastBody = z.output<typeof ForecastBody>

const ErrorBody = z.object({ error: z.literal(true), reason: z.string() })

export function saidByOpenMeteo(body: unknown): string | null {
  const result = ErrorBody.safeParse(body)
  return result.success ? result.data.reason : null
}
