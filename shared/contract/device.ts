/** The devices of a machine, their owner's limits, and the key it signs with. */
import { z } from 'zod'
import { MeterMethod } from '../domain/energy-proof.ts'
import { IsoTime, KeyId, Sha256Hex } from './wire.ts'

/** What all devices drew together at a moment, and how warm the hottest of them was; `null` where none tells. */
export const PowerReading = z.strictObject({ at: IsoTime, watts: z.number(), temperatureC: z.number().nullable().default(null) })
export type PowerReading = z.infer<typeof PowerReading>

/** Limits of the owner's own, below those of the hardware. `null`: none. Work pauses above, and goes on 7 °C below. */
export const Ceilings = z.strictObject({
  temperatureC: z.number().int().min(40).max(110).nullable(),
  watts: z.number().int().min(10).max(2_000).nullable(),
})
export type Ceilings = z.infer<typeof Ceilings>

/** A device whose energy can be read, and what it does now. */
export const Device = z.strictObject({
  /** SHA-256 of the hardware id and the node id: the same over restarts, slots and driver versions. */
  deviceId: Sha256Hex,
  kind: z.enum(['gpu', 'cpu']),
  vendor: z.string(),
  name: z.string(),
  driver: z.string(),
  /** PCI address; `null` for a CPU. */
  busId: z.string().nullable(),
  vramBytes: z.number().int().nullable(),
  powerLimitW: z.number().nullable(),
  /** Instances a partitioned GPU (MIG) is cut into; `null` if it is whole. */
  instances: z.number().int().nullable(),
  method: MeterMethod,
  /** What reads it, such as `NVML`. */
  reader: z.string(),
  /** What a figure from this sensor is worth (k = 2), and where that is known from. */
  sensor: z.strictObject({ uncertaintyPct: z.number(), basis: z.string() }),
  state: z.enum(['ok', 'lost', 'asleep', 'unavailable']),
  /** The last reading; `null` before the first one. */
  at: IsoTime.nullable(),
  watts: z.number().nullable(),
  temperatureC: z.number().nullable(),
  /** Power of the quiet device; `null` until it was measured. */
  idleW: z.number().nullable(),
  /** Since midnight UTC, while Windfall watched: all of it, and the part used by jobs. */
  energyToday: z.strictObject({ joules: z.number(), jobJoules: z.number() }),
  /** The owner's switch. */
  enabled: z.boolean(),
  ceilings: Ceilings,
  /** Why no job works on it at this moment, though one could; `null` if nothing holds it back. */
  held: z.strictObject({ code: z.enum(['off', 'temperature', 'watts', 'container']), message: z.string().max(300) }).nullable(),
})
export type Device = z.infer<typeof Device>

/** Hardware that is there but not used, with the reason and what the owner can do. */
export const SeenDevice = z.strictObject({
  kind: z.enum(['gpu', 'cpu', 'accelerator']),
  vendor: z.string(),
  name: z.string(),
  busId: z.string().nullable(),
  reason: z.enum(['no-driver', 'no-meter', 'asleep', 'unreadable', 'driver-failed', 'not-used']),
  advice: z.string().max(1_000),
})
export type SeenDevice = z.infer<typeof SeenDevice>

/** The key this node signs with. It may change; the node id stays. */
export const DeviceKey = z.strictObject({
  keyId: KeyId,
  alg: z.enum(['EdDSA', 'ES256']),
  evidence: z.enum(['software', 'tpm']),
  /** Where it is kept, as the owner would say it. */
  keptIn: z.string(),
  /** False where the place protects it no better than a plain file of this user. */
  sealed: z.boolean(),
  /** How often the node has replaced its key. */
  rotations: z.number().int().min(0),
  /** The key that takes over once the coordinator knows it; `null` unless one waits for that. */
  next: z.strictObject({ keyId: KeyId, alg: z.enum(['EdDSA', 'ES256']), evidence: z.enum(['software', 'tpm']), message: z.string().max(500) }).nullable(),
})
export type DeviceKey = z.infer<typeof DeviceKey>
