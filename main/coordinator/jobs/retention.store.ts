import { sql } from 'kysely'
import type { Db } from '../persistence/database.ts'
import { UNFINISHED } from './leases.ts'
import { TERMINAL } from './transition.ts'

const hasOutput = sql<boolean>`output_sha256 IS NOT NULL AND output_gone = 0`

/** A job that runs after this one, or after its array, has not ended: what this one produced may be what that one begins with. */
const isAwaited = sql<boolean>`EXISTS (
  SELECT 1 FROM job_after JOIN job waiter
    ON (job_after.waiter_kind = 'job' AND waiter.id = job_after.waiter_id) OR (job_after.waiter_kind = 'array' AND waiter.array_id = job_after.waiter_id)
  WHERE ((job_after.kind = 'job' AND job_after.id = job.id) OR (job_after.kind = 'array' AND job_after.id = job.array_id))
    AND waiter.state IN (${sql.join(UNFINISHED)}))`

/** A result of a job that goes on: it may become what the job came to, and others are compared with it. */
const isCompared = (db: Db, sha256: string) =>
  db
    .selectFrom('job_result as result')
    .innerJoin('job', 'job.id', 'result.job_id')
    .select('job.id')
    .where('result.output_gone', '=', 0)
    .where('result.output_sha256', '=', sha256)
    .where('job.state', 'in', UNFINISHED)

/** All SQL on what of ended jobs is dropped after a time. Times are epoch milliseconds. */
export function createRetentionStore(db: Db) {
  return {
    /** Ids of jobs that ended at or before `endedBy` and whose attempts have said something that is still here. */
    async withLogs({ endedBy, limit }: { readonly endedBy: number; readonly limit: number }): Promise<string[]> {
      const rows = await db
        .selectFrom('job_log')
        .innerJoin('attempt', 'attempt.id', 'job_log.attempt_id')
        .innerJoin('job', 'job.id', 'attempt.job_id')
        .select('job.id')
        .distinct()
        .where('job_log.said_at', '<=', endedBy)
        .where('job.state', 'in', [...TERMINAL])
        .where('job.updated_at', '<=', endedBy)
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id)
    },
    /** Jobs that were completed at or before `endedBy` and whose output is still here, unless a job waits that may begin with it. */
    async withOutputs({
      endedBy,
      limit,
    }: {
      readonly endedBy: number
      readonly limit: number
    }): Promise<{ readonly jobId: string; readonly sha256: string }[]> {
      const rows = await db
        .selectFrom('job')
        .select(['id', 'output_sha256'])
        .where(hasOutput)
        .where('updated_at', '<=', endedBy)
        .where((e) => e.not(isAwaited))
        .orderBy('updated_at')
        .limit(limit)
        .execute()
      return rows.flatMap(({ id, output_sha256: sha256 }) => (sha256 === null ? [] : [{ jobId: id, sha256 }]))
    },
    /** Whether a job that was completed later, or is awaited, produced the same, or one that goes on has it as a result. */
    async isWanted(sha256: string, endedBy: number): Promise<boolean> {
      const row = await db
        .selectFrom('job')
        .select('id')
        .where(hasOutput)
        .where('output_sha256', '=', sha256)
        .where((e) => e.or([e('updated_at', '>', endedBy), isAwaited]))
        .unionAll(isCompared(db, sha256))
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    /** Results that were compared, of jobs that ended at or before `endedBy`, whose bytes are still here. Most are those of their jobs as well. */
    async withCompared({
      endedBy,
      limit,
    }: {
      readonly endedBy: number
      readonly limit: number
    }): Promise<{ readonly proofId: string; readonly sha256: string }[]> {
      return db
        .selectFrom('job_result as result')
        .innerJoin('job', 'job.id', 'result.job_id')
        .select(['result.proof_id as proofId', 'result.output_sha256 as sha256'])
        .where('result.output_gone', '=', 0)
        .where('result.at', '<=', endedBy)
        .where('job.state', 'in', [...TERMINAL])
        .where('job.updated_at', '<=', endedBy)
        .orderBy('result.at')
        .limit(limit)
        .execute()
    },
    async comparedGone(proofIds: readonly string[]): Promise<void> {
      if (proofIds.length > 0) await db.updateTable('job_result').set({ output_gone: 1 }).where('proof_id', 'in', proofIds).execute()
    },
    async outputsGone(jobIds: readonly string[]): Promise<void> {
      if (jobIds.length > 0) await db.updateTable('job').set({ output_gone: 1 }).where('id', 'in', jobIds).execute()
    },
  }
}
