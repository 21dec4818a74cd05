/** What Octopus Energy may answer. */
import { z } from 'zod'
import { MAX_SLOTS } from '../provider-answer.ts'
import { Instant } from '../live-signal.ts'

const Pence = z.number().min(-1_000).max(1_000)
const Code = z
  .string()
  .max(60)
  .regex(/^[A-Z0-9-]+$/)

/** A list in pages; the next page is asked for by its number, never by the address in the answer. */
const page = <T extends z.ZodType>(item: T) => z.object({ next: z.string().max(2_000).nullish(), results: z.array(item).max(MAX_SLOTS) })

/** A product whose code is not one we could ask for is not one of ours. */
const Product = z.object({
  code: Code.nullable().catch(null),
  brand: z.string().max(60).nullish(),
  direction: z.string().max(20).nullish(),
  available_from: Instant.nullish().catch(null),
  available_to: Instant.nullish().catch(null),
})
export type Product = z.infer<typeof Product>
export const ProductsBody = page(Product)

const Rate = z.object({ value_inc_vat: Pence, valid_from: Instant, valid_to: Instant.nullish(), payment_method: z.string().max(40).nullish() })
export type Rate = z.infer<typeof Rate>
export const RatesBody = page(Rate)

export const GridSupplyPointsBody = page(z.object({ group_id: z.string().max(10) }))

const Fault = z.union([z.object({ detail: z.string() }), z.record(z.string().max(60), z.array(z.string()).max(20))])

/** `{"detail": "Not found."}`, or messages by field: `{"period_from": ["Must be a date."]}`. */
export function saidIn(body: unknown): string | null {
  const { data } = Fault.safeParse(body)
  if (!data) return null
  return typeof data['detail'] === 'string'
    ? data['detail']
    : Object.entries(data)
        .map(([field, said]) => `${field}: ${[said].flat().join(' ')}`)
        .join('; ')
}
