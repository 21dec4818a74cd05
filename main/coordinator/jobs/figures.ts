import type { JobState } from '../../../shared/contract/job.ts'
import type { JobFigures } from '../../../shared/contract/overview.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { type JobTimes, countStates, timesOf } from './figures.store.ts'

const HOUR_MS = 3_600_000
const WINDOW_MS = 24 * HOUR_MS
/** Of more jobs than these in a day, the newest are looked at. */
const MOST_JOBS = 5_000

const ENDED: ReadonlySet<JobState> = new Set<JobState>(['completed', 'failed', 'expired', 'cancelled'])

/** The least of the values that so many of them are no greater than; the values are in order. */
const percentile = (sorted: readonly number[], share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0

function waitOf(jobs: readonly JobTimes[]): JobFigures['window']['waitSeconds'] {
  const waits = jobs
    .flatMap(({ submittedAt, startedAt }) => (startedAt === null ? [] : [Math.max(0, startedAt - submittedAt) / 1_000]))
    .toSorted((a, b) => a - b)
  return waits.length === 0 ? null : { p50: percentile(waits, 0.5), p95: percentile(waits, 0.95), of: waits.length }
}

/** Whether a job had been submitted at that time and neither begun nor ended yet. */
const waitedAt =
  (at: number) =>
  ({ submittedAt, startedAt, updatedAt, state }: JobTimes): boolean =>
    submittedAt <= at && (startedAt === null ? !ENDED.has(state) || updatedAt > at : startedAt > at)

/** How jobs that were submitted in a window have fared. `jobs` is the newest of them, and `isSample` says that there were more. Pure. */
export function figuresOf(
  jobs: readonly JobTimes[],
  { to, isSample }: { readonly to: number; readonly isSample: boolean },
): Pick<JobFigures, 'window' | 'queue'> {
  const from = to - WINDOW_MS
  const ended = { completed: 0, failed: 0, expired: 0, cancelled: 0 }
  for (const { state } of jobs) if (ENDED.has(state)) ended[state as keyof typeof ended] += 1
  const missed = ended.failed + ended.expired
  const judged = missed + ended.completed
  const hours = Array.from({ length: 24 }, (_, index) => from + (index + 1) * HOUR_MS)
  return {
    window: {
      from: toIso(from),
      to: toIso(to),
      jobs: jobs.length,
      isSample,
      waitSeconds: waitOf(jobs),
      ended,
      failedShare: judged === 0 ? null : missed / judged,
    },
    queue: hours.map((at) => ({ at: toIso(at), waiting: jobs.filter(waitedAt(at)).length })),
  }
}

/** How many jobs are where, and how those of the last day have fared. `requesterId`: whose; `null`: everybody's. */
export async function jobFigures(db: Db, requesterId: string | null, now: number): Promise<JobFigures> {
  const states = await countStates(db, requesterId)
  const found = await timesOf(db, { requesterId, since: now - WINDOW_MS, limit: MOST_JOBS + 1 })
  const figures = figuresOf(found.slice(0, MOST_JOBS), { to: now, isSample: found.length > MOST_JOBS })
  return { asOf: toIso(now), of: requesterId === null ? 'all' : 'own', states, ...figures }
}
