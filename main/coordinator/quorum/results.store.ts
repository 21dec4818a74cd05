import { sql } from 'kysely'
import type { JobState } from '../../../shared/contract/job.ts'
import type { QuorumView } from '../../../shared/contract/quorum.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** A proven result of a job of which several are compared. Times are epoch milliseconds. */
export interface StoredResult {
  readonly proofId: string
  readonly nodeId: string
  readonly leaseId: string
  readonly copy: number
  readonly outputSha256: string
  readonly at: number
  readonly verdict: QuorumView['results'][number]['verdict']
  /** The largest number of results that agreed when it came, itself included. */
  readonly agree: number
}

/** When work that ended before its deadline may still arrive. */
const GRACE_MS = 60_000

/** As an expression, since by the index of states SQLite would read everything that is queued to find the few that wait for another result. */
const state = sql<JobState>`(state || '')`

/** Jobs with a result that has waited long enough for another owner to repeat it: by the coordinator's wish, or because the deadline has passed. */
const waitedEnough = (db: Db | Tx, now: number) =>
  db
    .selectFrom('job')
    .select('id')
    .where('confirm_by', 'is not', null)
    .where((e) =>
      e.or([
        e.and([e('confirm_by', '<=', now), e(state, 'in', ['queued', 'planned'])]),
        e.and([e('deadline_at', '<=', now - GRACE_MS), e(state, 'in', ['queued', 'planned', 'leased', 'running'])]),
      ]),
    )

/** All SQL on table `job_result`. The database refuses a second result in one place. */
export function createResultsStore(db: Db | Tx) {
  return {
    /** In the order in which they came. */
    async ofJob(jobId: string): Promise<StoredResult[]> {
      const columns = [
        'proof_id as proofId',
        'node_id as nodeId',
        'lease_id as leaseId',
        'copy',
        'output_sha256 as outputSha256',
        'at',
        'verdict',
        'agree',
      ] as const
      return db.selectFrom('job_result').select(columns).where('job_id', '=', jobId).orderBy('copy').execute()
    },
    async add(jobId: string, { proofId, nodeId, leaseId, copy, outputSha256, at, verdict, agree }: StoredResult): Promise<void> {
      const result = { proof_id: proofId, job_id: jobId, node_id: nodeId, lease_id: leaseId, copy, output_sha256: outputSha256, at, verdict, agree }
      await db
        .insertInto('job_result')
        .values({ ...result, output_gone: 0 })
        .execute()
    },
    async judge(proofId: string, verdict: StoredResult['verdict']): Promise<void> {
      await db.updateTable('job_result').set({ verdict }).where('proof_id', '=', proofId).execute()
    },
    /** Ids of jobs whose results have waited long enough for others. */
    async waitedEnough(now: number): Promise<string[]> {
      return (await waitedEnough(db, now).orderBy('confirm_by').execute()).map(({ id }) => id)
    },
    async hasWaitedEnough(jobId: string, now: number): Promise<boolean> {
      return (await waitedEnough(db, now).where('id', '=', jobId).executeTakeFirst()) !== undefined
    },
  }
}
