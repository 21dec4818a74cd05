/** What WattTime may answer (API v3). */
import { z } from 'zod'
import { Instant } from '../live-signal.ts'
import { oneOrMany } from '../provider-answer.ts'

/** 32 days in five-minute steps. */
const MAX_ROWS = 10_000

/** Goes into a header, so nothing but what a token is made of. */
export const LoginBody = z.object({ token: z.string().regex(/^[\w.+/=~-]{1,8192}$/) })

const Point = z.object({ point_time: Instant, value: z.number().min(-5_000).max(20_000).nullable() })
const Meta = z.object({ region: z.string().max(60), signal_type: z.string().max(40), units: z.string().max(40), generated_at: Instant.nullish() })

export const SeriesBody = z.object({
  data: oneOrMany(Point, MAX_ROWS),
  meta: Meta.extend({ data_point_period_seconds: z.number().int().min(60).max(86_400) }),
})
export type SeriesBody = z.output<typeof SeriesBody>

export const IndexBody = z.object({ data: oneOrMany(z.object({ point_time: Instant, value: z.number().min(0).max(100) }), 10), meta: Meta })
export const RegionBody = z.object({ region: z.string().regex(/^[A-Z0-9_]{1,60}$/), region_full_name: z.string().max(120).nullish() })

const Words = z.string().min(1)
const ErrorBody = z.union([
  z.object({ message: Words }).transform(({ message }) => message),
  z.object({ error: Words }).transform(({ error }) => error),
  z.object({ detail: Words }).transform(({ detail }) => detail),
])

export function saidByWattTime(body: unknown): string | null {
  const result = ErrorBody.safeParse(body)
  return result.success ? result.data : null
}
