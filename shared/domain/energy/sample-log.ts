/**
 * The samples of one attempt as JSON Lines: a header that names the devices, then one row per sample,
 * `[device, mono, wall, energyMj, powerMw]` (index, milliseconds, epoch milliseconds, millijoules, milliwatts, `null` for no reading),
 * and now and then an event. Enough to integrate again.
 */
import { z } from 'zod'
import { KeyId, Sha256Hex } from '../../contract/wire.ts'
import { MeterMethod } from '../energy-proof.ts'
import type { Device, Reading } from './sensor.ts'

const amount = z.number().min(0).max(1e15)

const LoggedDevice = z.strictObject({
  uuidHash: Sha256Hex,
  name: z.string().max(120),
  method: MeterMethod.exclude(['mixed']),
  limitW: z.number().positive().max(100_000),
  /** Power of the quiet device before the attempt; `null` if it was not measured. */
  idleW: amount.nullable(),
  sensor: z.strictObject({
    updateMs: z.number().positive().max(60_000),
    uncertaintyPct: amount,
    basis: z.string().max(200),
    wrapMj: z.number().positive().max(1e18).nullable(),
    power: z.enum(['power-average', 'power-instant']),
  }),
})
export type LoggedDevice = z.infer<typeof LoggedDevice>

export const SampleLogHeader = z.strictObject({
  v: z.literal(2),
  nodeId: KeyId,
  attemptId: z.string().min(1).max(100),
  /** The moment the meter began, on both clocks. */
  mono: amount,
  wall: amount,
  devices: z.array(LoggedDevice).min(1).max(64),
})
export type SampleLogHeader = z.infer<typeof SampleLogHeader>

/** What the header of every version says. */
export const SampleLogVersion = z.looseObject({ v: z.number().int(), nodeId: KeyId })

/**
 * `suspended` the system is about to sleep · `resumed` the agent started anew and goes on, on the same timeline ·
 * `shared` someone else uses the device · `display` a screen was switched on or off, so idle power no longer compares.
 */
export const SampleLogEvent = z.strictObject({ event: z.enum(['suspended', 'resumed', 'shared', 'display']), mono: amount, wall: amount })
export type SampleLogEvent = z.infer<typeof SampleLogEvent>

export const deviceOf = ({ method, sensor, limitW }: LoggedDevice): Device => ({ method, sensor, limitW })

/** One row of the log, without its line end. */
export const encodeRow = (device: number, { mono, wall, energyMj, powerMw }: Reading): string => JSON.stringify([device, mono, wall, energyMj, powerMw])

/** Finer differences mean nothing, and the log must say exactly what was integrated. */
export const rounded = (reading: Reading): Reading => ({
  ...reading,
  mono: (Math.round(reading.mono * 100) / 100) as Reading['mono'],
  wall: Math.round(reading.wall) as Reading['wall'],
})
