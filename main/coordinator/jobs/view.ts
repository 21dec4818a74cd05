import type { Checkpoint, JobSpec, JobView, Lease } from '../../../shared/contract/job.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { toIso } from '../../../shared/units.ts'
import type { Attempt } from './attempts.store.ts'
import type { Job } from './jobs.store.ts'

const isoOrNull = (at: number | null): string | null => (at === null ? null : toIso(at))

/** What is known of a job beside itself. */
interface Around {
  readonly attempts: readonly Attempt[]
  readonly checkpoint: Checkpoint | null
  readonly after: After
}

/** A job as its requester sees it. */
export const viewOf = (job: Job, { attempts, checkpoint, after }: Around): JobView => ({
  jobId: job.jobId,
  state: job.state,
  reason: job.reason,
  message: job.message,
  retryAt: job.state === 'queued' ? isoOrNull(job.retryAt) : null,
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
  outputExpiresAt: null,
  quorum: null,
  receiptId: job.receiptId,
  receiptIds: [...job.receiptIds],
  priceMicroUsd: job.priceMicroUsd === null ? null : String(job.priceMicroUsd),
  checkpoint,
  array: job.array,
  template: job.template,
  after,
})

/** What the answer is, and whether others are asked as well, is nothing to those who are to find it. */
function forNodes(whole: JobSpec): JobSpec {
  const { quorum: _, ...spec } = whole
  return { ...spec, outputSha256: null }
}

/** What the node that holds an attempt is given to run. */
export const leaseOf = (job: Job, attempt: Attempt, given: Pick<Lease, 'ttlMs' | 'checkpoint'>): Lease => ({
  leaseId: attempt.leaseId,
  token: attempt.token,
  jobId: job.jobId,
  attemptId: attempt.attemptId,
  spec: forNodes(job.spec),
  submittedAt: toIso(job.submittedAt),
  // The machine's owner waits for the run that is to come, not for all of those that may follow elsewhere.
  window: attempt.plan.runs[0] ?? attempt.plan.window,
  plan: attempt.plan,
  ...given,
})
