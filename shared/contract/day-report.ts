/** What every moment of a day went to. */
import { z } from 'zod'
import { ReasonCode } from './policy.ts'

/** What a stretch of the day went to: work, a reason against it, the machine asleep, or an agent that did not run. */
export const DayCode = z.enum([...ReasonCode.options, 'running', 'asleep', 'off'])
export type DayCode = z.infer<typeof DayCode>

export const DayReport = z.strictObject({
  /** UTC. */
  day: z.iso.date(),
  /** What has passed of the day; the sum of all entries, to the millisecond. */
  totalMs: z.number().int().min(0),
  /** Longest first. */
  entries: z.array(z.strictObject({ code: DayCode, ms: z.number().int().positive() })),
})
export type DayReport = z.infer<typeof DayReport>
