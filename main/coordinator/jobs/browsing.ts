import type { JobView } from '../../../shared/contract/job.ts'
import type { JobDetail, JobSummary } from '../../../shared/contract/work.ts'
import { type Viewer, rowsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { type Again, createAgainStore } from './again.store.ts'
import { type AskedJobs, pageOfAsked } from './asked.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { jobsPage } from './jobs-page.store.ts'
import { lastPlaces } from './last-places.store.ts'
import { type Job, createJobsStore, decodeJob } from './jobs.store.ts'
import { viewOf } from './view.ts'

type Reader = Pick<Viewer, 'account' | 'all'>

/** Where a job was given to last; `null`: nowhere yet. */
type LastPlace = { readonly nodeId: string; readonly zone: string | null } | null

/** A job in short, without what it is made of. */
const summaryOf = (job: Job, last: LastPlace, again: Again): JobSummary => ({
  jobId: job.jobId,
  requesterId: job.requesterId,
  kind: job.spec.kind,
  name: job.spec.name,
  state: job.state,
  reason: job.reason,
  message: job.message,
  submittedAt: toIso(job.submittedAt),
  updatedAt: toIso(job.updatedAt),
  deadline: toIso(job.deadlineAt),
  priority: job.spec.priority,
  zone: job.plan?.zone ?? last?.zone ?? null,
  nodeId: job.plan?.nodeId ?? last?.nodeId ?? null,
  maxMicroUsd: job.spec.price.maxMicroUsd,
  priceMicroUsd: job.priceMicroUsd === null ? null : String(job.priceMicroUsd),
  receiptId: job.receiptId,
  array: job.array,
  template: job.template,
  ...again,
})

/** Whose jobs somebody may see of those they ask for. Error: `auth.refused` for those of somebody else. */
function whoseJobs(reader: Reader, requester: string | undefined): string | null {
  const own = rowsOf(reader)
  if (own !== null && requester !== undefined && requester !== own)
    throw new WindfallError('auth.refused', 'These are the jobs of somebody else. Leave the requester out for your own, or ask with the key of the operator.')
  return own ?? requester ?? null
}

/** A page of jobs in short, newest first. Errors: `auth.refused`, `input.invalid`. */
export async function browseJobs(
  db: Db,
  reader: Reader,
  { requester, ...asked }: AskedJobs & { readonly requester?: string | undefined },
): Promise<{ items: JobSummary[]; next: string | null }> {
  const { rows, next } = await jobsPage(db, pageOfAsked(whoseJobs(reader, requester), asked))
  const jobs = rows.map((row) => decodeJob(row))
  const ids = jobs.map(({ jobId }) => jobId)
  const [last, again] = [await lastPlaces(db, ids), await createAgainStore(db).of(ids)]
  return { items: jobs.map((job) => summaryOf(job, last.get(job.jobId) ?? null, again(job.jobId))), next }
}

interface DetailDeps {
  readonly db: Db
  /** The same job with where its results stand that are compared. */
  readonly withQuorum: (job: JobView) => Promise<JobView>
}

/** How a job stands. Error: `not-found`, also for one that the reader may not see. */
export async function jobDetail({ db, withQuorum }: DetailDeps, reader: Reader, jobId: string): Promise<JobDetail> {
  const job = await createJobsStore(db).get(jobId)
  const own = rowsOf(reader)
  if (!job || (own !== null && job.requesterId !== own)) throw new WindfallError('not-found', `There is no job ${jobId} that you may see.`)
  const [last, again] = [await lastPlaces(db, [jobId]), await createAgainStore(db).of([jobId])]
  const view = viewOf(job, { attempts: await createAttemptsStore(db).ofJob(jobId), checkpoint: null, after: [] })
  const { plan, attempts, quorum } = await withQuorum(view)
  return { ...summaryOf(job, last.get(jobId) ?? null, again(jobId)), plan, attempts, quorum }
}
