/** What the EIA's open data may answer (API v2, electricity/rto). Numbers are text. */
import { z } from 'zod'
import { LooseNumber } from '../live-signal.ts'

const PAGE_ROWS = 5_000

/** `2024-01-01T00`: the hour in UTC that ends then, as epoch milliseconds of its end. */
const Period = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}$/)
  .transform((text) => Date.parse(`${text}:00:00Z`))
  .refine(Number.isFinite)
const Code = z.string().regex(/^[A-Z0-9]{1,8}$/)
const Row = z.object({
  period: Period,
  respondent: Code,
  fueltype: Code.optional(),
  type: Code.optional(),
  value: LooseNumber.refine((value) => value === null || Math.abs(value) < 1_000_000),
  'value-units': z.literal('megawatthours').nullish(),
})
export type EiaRow = z.output<typeof Row>

export const DataBody = z.object({ response: z.object({ total: LooseNumber.pipe(z.number().int().min(0)), data: z.array(Row).max(PAGE_ROWS) }) })

const ErrorBody = z.union([
  z
    .object({ error: z.object({ code: z.string().max(80).nullish(), message: z.string() }) })
    .transform(({ error }) => ({ code: error.code ?? '', message: error.message })),
  z.object({ error: z.string() }).transform(({ error }) => ({ code: '', message: error })),
])

/** The code and words of an error answer, or `null`. */
export function eiaError(body: unknown): { readonly code: string; readonly message: string } | null {
  const result = ErrorBody.safeParse(body)
  return result.success ? result.data : null
}
