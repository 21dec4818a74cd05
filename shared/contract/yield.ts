/** How long it took until the owner had the machine back. */
import { z } from 'zod'
import { ReasonCode } from './policy.ts'
import { IsoTime } from './wire.ts'

const Milliseconds = z.number().min(0)

/** One time the owner got the machine back. Durations run from the signal, or from its first reading where nobody knows when it came. */
export const Yield = z.strictObject({
  at: IsoTime,
  code: ReasonCode,
  /** `rested`: the job stood still for a moment. `stopped`: it had to go. */
  kind: z.enum(['rested', 'stopped']),
  decidedMs: Milliseconds,
  /** When it stopped computing; `null` if that is not known. */
  computeStoppedMs: Milliseconds.nullable(),
  /** When nothing of it was left but perhaps GPU memory; `null` for one that only rested. */
  goneMs: Milliseconds.nullable(),
  /** `back`: as much is free as before the job. `others`: nothing of the job is left on the GPU, and others use more. `held`: it was not given back in time. */
  memory: z.enum(['back', 'others', 'held']).nullable(),
  memoryMs: Milliseconds.nullable(),
})
export type Yield = z.infer<typeof Yield>

/** Measured on this very machine, over its last yields that stopped a job. */
export const YieldTimes = z.strictObject({
  count: z.number().int().min(0),
  /** From the signal until the job and its GPU memory were gone. */
  p50Ms: Milliseconds.nullable(),
  p95Ms: Milliseconds.nullable(),
})
export type YieldTimes = z.infer<typeof YieldTimes>
