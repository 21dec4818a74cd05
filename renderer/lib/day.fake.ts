/** What an agent would say of one day. */
import type { DayReport } from '../../shared/contract/day-report.ts'
import { HOUR, MINUTE } from './afternoon.fake.ts'

/** Until 14:41 of a day: a night of work, a morning of games, an hour without green power. */
export const aDayReport = (day: string, changes: Partial<DayReport> = {}): DayReport => ({
  day,
  totalMs: 14 * HOUR + 41 * MINUTE,
  entries: [
    { code: 'running', ms: 5 * HOUR + 12 * MINUTE },
    { code: 'owner-present', ms: 3 * HOUR + 40 * MINUTE },
    { code: 'game', ms: 2 * HOUR + 5 * MINUTE },
    { code: 'carbon', ms: HOUR + 30 * MINUTE },
    { code: 'asleep', ms: HOUR + 4 * MINUTE },
    { code: 'no-jobs', ms: 42 * MINUTE },
    { code: 'cooldown', ms: 27 * MINUTE + 40_000 },
    { code: 'vram', ms: 20_000 },
  ],
  ...changes,
})
