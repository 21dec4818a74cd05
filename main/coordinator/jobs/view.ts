import type { Checkpoint, JobView, Lease } from '../../../shared/contract/job.ts'
import { toIso } from '../../../shared/units.ts'
import type { Attempt } from './attempts.store.ts'
import type { Job } from './jobs.store.ts'

const isoOrNull = (at: number | null): string | null => (at === null ? null : toIso(at))

/** A job as its requester sees it. */
export const viewOf = (job: Job, { attempts, checkpoint }: { readonly attempts: readonly Attempt[]; readonly checkpoint: Checkpoint | null }): JobView => ({
  jobId: job.jobId,
  state: job.state,
  reason: job.reason,
  message: job.message,
  spec: job.spec,
  submittedAt: toIso(job.submittedAt),
  updatedAt: toIso(job.updatedAt),
  plan: job.plan,
  excluded: job.excluded,
  attempts: attempts.map(({ attemptId, nodeId, state, startedAt, endedAt, reason }) => ({
    attemptId,
    nodeId,
    state,
    startedAt: isoOrNull(startedAt),
    endedAt: isoOrNull(endedAt),
    reason,
  })),
  outputSha256: job.outputSha256,
  receiptId: job.receiptId,
  receiptIds: [...job.receiptIds],
  priceMicroUsd: job.priceMicroUsd === null ? null : String(job.priceMicroUsd),
  checkpoint,
})

/** What the node that holds an attempt is given to run. */
export const leaseOf = (job: Job, attempt: Attempt, given: Pick<Lease, 'ttlMs' | 'checkpoint'>): Lease => ({
  leaseId: attempt.leaseId,
  token: attempt.token,
  jobId: job.jobId,
  attemptId: attempt.attemptId,
  spec: job.spec,
  submittedAt: toIso(job.submittedAt),
  // The machine's owner waits for the run that is to come, not for all of those that may follow elsewhere.
  window: attempt.plan.runs[0] ?? attempt.plan.window,
  plan: attempt.plan,
  ...given,
})
