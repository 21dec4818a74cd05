/** What attempts said, for whoever submitted their job. */
import type { JobLog, LogQuestion } from '../../../../shared/contract/job-log.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { fromIso, toIso } from '../../../../shared/units.ts'
import type { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import type { Db } from '../../persistence/database.ts'
import { type Attempt, createAttemptsStore } from '../attempts.store.ts'
import { createJobsStore } from '../jobs.store.ts'
import { isOpen } from '../leases.ts'
import { TERMINAL } from '../transition.ts'
import { type LogRow, createLogsStore } from './logs.store.ts'

/** An attempt that ended without a word says no more after this. */
const SILENT_MS = 10_000
const MOST_ROWS = 256

export interface LogReadingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  /** Whether this attempt said that it has said all. */
  readonly isOver: (attemptId: string) => boolean
  /** For so long what was said is kept once its job has ended. */
  readonly keepMs: number
}

type Question = z.output<typeof LogQuestion>

/** Error: `not-found`, also for somebody else's job and for an attempt of another one. */
export async function readLog({ db, clock, isOver, keepMs }: LogReadingDeps, requesterId: string, question: Question): Promise<JobLog> {
  const { jobId, attemptId, after, since, limit } = question
  const job = await createJobsStore(db).get(jobId)
  if (job?.requesterId !== requesterId) throw new WindfallError('not-found', `You have no job ${jobId}. To see those you have: windfall job list`)
  const attempt = chosen(await createAttemptsStore(db).ofJob(jobId), attemptId)
  if (!attempt && attemptId !== null) throw new WindfallError('not-found', `Job ${jobId} has no attempt ${attemptId}.`)
  const expiresAt = TERMINAL.has(job.state) ? toIso(job.updatedAt + keepMs) : null
  if (!attempt) return { attemptId: null, pieces: [], next: after, isOver: TERMINAL.has(job.state), expiresAt }
  // Asked before the log is read, so that what it says last is never missed.
  const hasSaidAll = isSilent(attempt, { isOver, now: clock.now() })
  const rows = await createLogsStore(db).stretch({ attemptId: attempt.attemptId, after, since: since === null ? 0 : fromIso(since), rows: MOST_ROWS })
  const pieces = cut(rows, { after, limit })
  const next = pieces.reduce((end, { from, bytes }) => Math.max(end, from + bytes.length), after)
  const isAll = next >= rows.reduce((end, { position, content }) => Math.max(end, position + content.length), after) && rows.length < MOST_ROWS
  return {
    attemptId: attempt.attemptId,
    pieces: pieces.map(({ from, at, bytes }) => ({ from, at: toIso(at), content: Buffer.from(bytes).toString('base64') })),
    next,
    isOver: hasSaidAll && isAll,
    expiresAt,
  }
}

const chosen = (attempts: readonly Attempt[], attemptId: string | null): Attempt | undefined =>
  attemptId === null ? attempts.at(-1) : attempts.find((attempt) => attempt.attemptId === attemptId)

const isSilent = ({ attemptId, state, endedAt }: Attempt, { isOver, now }: { readonly isOver: LogReadingDeps['isOver']; readonly now: number }): boolean =>
  isOver(attemptId) || (!isOpen(state) && now - (endedAt ?? now) >= SILENT_MS)

interface Piece {
  readonly from: number
  readonly at: number
  readonly bytes: Uint8Array
}

/** From a position on, at most so many bytes. Pure. */
function cut(rows: readonly LogRow[], { after, limit }: { readonly after: number; readonly limit: number }): readonly Piece[] {
  let left = limit
  const pieces: Piece[] = []
  for (const { position, saidAt, content } of rows) {
    if (left === 0) break
    const from = Math.max(position, after)
    const bytes = content.subarray(from - position, from - position + left)
    left -= bytes.length
    pieces.push({ from, at: saidAt, bytes })
  }
  return pieces
}
