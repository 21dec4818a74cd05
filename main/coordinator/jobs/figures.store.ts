import { JobState } from '../../../shared/contract/job.ts'
import type { Db } from '../persistence/database.ts'
import { inPieces } from './in-pieces.ts'

/** When a job was submitted, first begun and last changed, epoch milliseconds. */
export interface JobTimes {
  readonly submittedAt: number
  readonly startedAt: number | null
  readonly updatedAt: number
  readonly state: JobState
}

/** How many jobs are in which state. */
export async function countStates(db: Db, requesterId: string | null): Promise<Record<JobState, number>> {
  const counted = db.selectFrom('job').select((e) => ['state', e.fn.countAll<number>().as('count')])
  const rows = await (requesterId === null ? counted : counted.where('requester_id', '=', requesterId)).groupBy('state').execute()
  const found = new Map(rows.map(({ state, count }) => [state, count]))
  return Object.fromEntries(JobState.options.map((state) => [state, found.get(state) ?? 0])) as Record<JobState, number>
}

interface Asked {
  readonly requesterId: string | null
  readonly since: number
  readonly limit: number
}

/** The newest jobs since then. */
export async function timesOf(db: Db, { requesterId, since, limit }: Asked): Promise<JobTimes[]> {
  const newest = db
    .selectFrom('job')
    .select(['id', 'submitted_at', 'updated_at', 'state'])
    .where('submitted_at', '>=', since)
    .orderBy('submitted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const rows = await (requesterId === null ? newest : newest.where('requester_id', '=', requesterId)).execute()
  const starts = await inPieces(
    rows.map(({ id }) => id),
    (ids) =>
      db
        .selectFrom('attempt')
        .select((e) => ['job_id', e.fn.min('started_at').as('started_at')])
        .where('job_id', 'in', ids)
        .groupBy('job_id')
        .execute(),
  )
  const started = new Map(starts.map(({ job_id, started_at }) => [job_id, started_at]))
  return rows.map(({ id, submitted_at, updated_at, state }) => ({
    submittedAt: submitted_at,
    updatedAt: updated_at,
    startedAt: started.get(id) ?? null,
    state,
  }))
}
