import { neededResults } from '../../../shared/domain/pay.ts'
import type { Job, NewJob } from './jobs.store.ts'

/** A job that was just written, as it would be read. */
export const freshJob = (job: NewJob): Job => ({
  ...job,
  state: 'queued',
  updatedAt: job.submittedAt,
  plan: null,
  plannedAt: null,
  excluded: {},
  reroutes: 0,
  token: 0,
  outputSha256: null,
  receiptId: null,
  receiptIds: [],
  priceMicroUsd: null,
  retryAt: null,
  copy: 1,
  agree: neededResults(job.spec),
  confirmBy: null,
  pinnedTo: null,
})
