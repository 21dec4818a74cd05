/** Why the agent works or does not, as its owner reads it. */
import { z } from 'zod'
import { IsoTime } from './wire.ts'

/** Stable codes: the same in tray, window, CLI and API. A job runs only while the set is empty. */
export const ReasonCode = z.enum([
  'user',
  'consent',
  'owner-present',
  'presence-unknown',
  'schedule',
  'battery',
  'heat',
  'carbon',
  'tariff',
  'grid-stale',
  'offline',
  'no-jobs',
  'blocked',
  'cooldown',
  'shutting-down',
  'device-off',
  'ceiling',
  'game',
  'fullscreen',
  'media',
  'gpu-in-use',
  'cpu-in-use',
  'vram',
  'metered',
  'sleep',
])
export type ReasonCode = z.infer<typeof ReasonCode>

export const Reason = z.strictObject({
  code: ReasonCode,
  /** One sentence for the owner. */
  message: z.string().max(300),
  /** When this is expected to change; `null` if nobody can know. */
  until: IsoTime.nullable(),
})
export type Reason = z.infer<typeof Reason>

/** `waiting`: nothing stands in the way but a job to run. `fault`: a job ended and left something behind, so no other one starts. */
export const PolicyState = z.enum(['off', 'blocked', 'waiting', 'running', 'yielding', 'cooldown', 'fault'])
export type PolicyState = z.infer<typeof PolicyState>

export const Display = z.enum(['earning', 'ready', 'waiting', 'finishing', 'paused', 'action-needed'])
export type Display = z.infer<typeof Display>
