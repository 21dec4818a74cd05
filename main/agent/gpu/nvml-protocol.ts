/** What the agent and the process that holds the vendor library say to each other. */
import { z } from 'zod'

const count = z.number().min(0)

export const NvmlDevice = z.strictObject({
  uuid: z.string().min(1).max(96),
  name: z.string().max(96),
  /** As NVML writes it: `00000000:01:00.0`. */
  busId: z.string().max(32),
  /** `nvmlDeviceArchitecture_t`; `null` where the driver is too old to tell. */
  architecture: z.number().int().nullable(),
  limitMw: count.nullable(),
  vramBytes: count.nullable(),
  hasCounter: z.boolean(),
  hasAverage: z.boolean(),
  hasPower: z.boolean(),
})
export type NvmlDevice = z.infer<typeof NvmlDevice>

export const NvmlReading = z.strictObject({
  energyMj: count.nullable(),
  powerMw: count.nullable(),
  temperatureC: count.nullable(),
  gpuPct: count.nullable(),
  memoryUsedBytes: count.nullable(),
  processes: z.array(z.number().int()).max(4_096).nullable(),
})
export type NvmlReading = z.infer<typeof NvmlReading>

export type NvmlRequest = { readonly id: number; readonly ask: 'devices' } | { readonly id: number; readonly ask: 'reading'; readonly uuid: string }

export const NvmlReply = z.union([
  z.strictObject({ id: z.number().int(), driver: z.string().max(96), devices: z.array(NvmlDevice).max(64) }),
  z.strictObject({ id: z.number().int(), reading: NvmlReading }),
  z.strictObject({ id: z.number().int(), code: z.number().int() }),
])
export type NvmlReply = z.infer<typeof NvmlReply>
