/** What the agent and the process that holds the vendor library say to each other. */
import { z } from 'zod'

const count = z.number().min(0)

export const MAX_DEVICES = 64
export const MAX_INSTANCES = 64
export const MAX_PROCESSES = 4_096

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
  /** UUIDs of the instances a card in MIG mode is cut into; `null` for a whole card. */
  instances: z.array(z.string().min(1).max(96)).max(MAX_INSTANCES).nullable(),
  /** Whether the driver stays loaded when nobody uses the card; `null` where there is no such mode (Windows). */
  persistence: z.boolean().nullable(),
})
export type NvmlDevice = z.infer<typeof NvmlDevice>

export const NvmlReading = z.strictObject({
  energyMj: count.nullable(),
  powerMw: z.number().positive().nullable(),
  temperatureC: count.nullable(),
  gpuPct: count.max(100).nullable(),
  memoryUsedBytes: count.nullable(),
  processes: z.array(z.number().int().min(0)).max(MAX_PROCESSES).nullable(),
  display: z.boolean().nullable(),
})
export type NvmlReading = z.infer<typeof NvmlReading>

export const NvmlRequest = z.union([
  /** `fresh`: cards may have come or gone since the library was opened. */
  z.strictObject({ ask: z.literal('devices'), fresh: z.boolean() }),
  z.strictObject({ ask: z.literal('reading'), uuid: z.string() }),
])
export type NvmlRequest = z.infer<typeof NvmlRequest>

export const NvmlReply = z.union([
  z.strictObject({ driver: z.string().max(96), devices: z.array(NvmlDevice).max(MAX_DEVICES) }),
  z.strictObject({ reading: NvmlReading }),
  z.strictObject({ code: z.number().int() }),
])
export type NvmlReply = z.infer<typeof NvmlReply>
