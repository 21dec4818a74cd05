/** What the agent and the process that asks Windows say to each other. */
import { z } from 'zod'

const text = z.string().min(1).max(300)

/** One graphics adapter, and who used it since the last question. */
export const AdapterUse = z.strictObject({
  luid: text,
  /** PCI address such as `0000:01:00.0`; `null` if Windows does not tell, as for an adapter made of software. */
  busId: text.nullable(),
  vendorId: z.number().int().min(0).nullable(),
  deviceId: z.number().int().min(0).nullable(),
  /** Share of time of its busiest engine, 0…1; `null` at the first question. */
  busy: z.number().min(0).max(1).nullable(),
  memoryBytes: z.number().min(0).nullable(),
  pids: z.array(z.number().int().min(0)).max(4_096).nullable(),
})
export type AdapterUse = z.infer<typeof AdapterUse>

const Meter = z.strictObject({ id: z.number().int().min(0), channel: text })

export const WindowsRequest = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('adapters') }),
  z.strictObject({ ask: z.literal('meters') }),
  z.strictObject({ ask: z.literal('energy'), id: z.number().int().min(0) }),
])
export type WindowsRequest = z.infer<typeof WindowsRequest>

export const WindowsReply = z.union([
  z.strictObject({ adapters: z.array(AdapterUse).max(64) }),
  z.strictObject({ meters: z.array(Meter).max(64) }),
  z.strictObject({ energyMj: z.number().min(0).nullable() }),
])
export type WindowsReply = z.infer<typeof WindowsReply>
