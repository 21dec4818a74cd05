import { z } from 'zod'
import { Schedule } from './signals/schedule.ts'

/** When this machine may work, as its owner set it. */
export const PolicyConfig = z.strictObject({
  /** The owner declares that nobody sits at this machine, so presence does not matter. */
  dedicated: z.boolean().default(false),
  /** Nobody has touched the machine for this long before work begins. */
  idleStartS: z.number().int().min(10).max(86_400).default(300),
  /** Allows work on battery, and where nobody can say what the machine runs on. */
  allowBattery: z.boolean().default(false),
  /** Work begins below, and stops above, these GPU temperatures. */
  startBelowC: z.number().min(30).max(110).default(80),
  stopAboveC: z.number().min(30).max(110).default(87),
  /** Rest after work had to stop, so that a signal that flickers does not start and stop jobs. */
  cooldownS: z.number().int().min(0).max(3_600).default(20),
  /** `null`: at any time. */
  schedule: Schedule.nullable().default(null),
})
export type PolicyConfig = z.infer<typeof PolicyConfig>
