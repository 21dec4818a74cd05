import type { JobView } from '../../../shared/contract/job.ts'
import type { QuorumView } from '../../../shared/contract/quorum.ts'
import { neededResults } from '../../../shared/domain/pay.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { createResultsStore } from './results.store.ts'
import { atMostOf } from './weighing.ts'

const ENDED: ReadonlySet<JobView['state']> = new Set<JobView['state']>(['completed', 'failed', 'expired', 'cancelled'])

/** The same job with where its results stand, if any are compared. */
export async function withQuorum(db: Db, job: JobView): Promise<JobView> {
  const { quorum } = job.spec
  return quorum ? { ...job, quorum: await quorumOf(db, job, quorum) } : job
}

async function quorumOf(db: Db, { jobId, spec, state }: JobView, quorum: NonNullable<JobView['spec']['quorum']>): Promise<QuorumView> {
  const results = await createResultsStore(db).ofJob(jobId)
  const row = await db.selectFrom('job').select(['agree', 'confirm_by']).where('id', '=', jobId).executeTakeFirst()
  const wanted = row?.agree ?? neededResults(spec)
  return {
    wanted,
    agree: Math.max(0, ...results.map(({ agree }) => agree)),
    atMost: atMostOf(quorum, wanted),
    askedBy: wanted > quorum.results ? 'coordinator' : 'requester',
    until: row?.confirm_by && !ENDED.has(state) ? toIso(row.confirm_by) : null,
    results: results.map(({ nodeId, proofId, outputSha256, at, verdict }) => ({ nodeId, proofId, outputSha256, at: toIso(at), verdict })),
  }
}
