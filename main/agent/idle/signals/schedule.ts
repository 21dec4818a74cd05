import { z } from 'zod'
import { TimeZone, WeekHours, readWeek } from '../../../../shared/domain/local-week.ts'
import type { EpochMs } from '../../../../shared/units.ts'

/** When the owner allows work, in local time. */
export const Schedule = z.strictObject({ timeZone: TimeZone, allowed: z.array(WeekHours).min(1).max(50) })
export type Schedule = z.infer<typeof Schedule>

export interface ScheduleState {
  readonly allowed: boolean
  /** When that changes next; `null` if it never does. */
  readonly until: EpochMs | null
}

/** What the weekly schedule says at a moment. Minutes are the finest it knows. */
export function readSchedule({ timeZone, allowed }: Schedule, now: EpochMs): ScheduleState {
  const { state, until } = readWeek({ timeZone, hours: allowed, meaning: (index) => index >= 0 }, now)
  return { allowed: state, until }
}
