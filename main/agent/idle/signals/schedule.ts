import type { Schedule } from '../../../../shared/contract/owner-rules.ts'
import { readWeek } from '../../../../shared/domain/local-week.ts'
import type { EpochMs } from '../../../../shared/units.ts'

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
