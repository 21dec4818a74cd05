import type { JobSpec, JobState, JobView } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, microUsd } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { changeJob, endOpenAttempt } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type Job, type JobPage, createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { viewOf } from './view.ts'

export interface Submission {
  readonly requesterId: string
  readonly jobId: string
  readonly spec: JobSpec
}

const refuse = (message: string): never => {
  throw new WindfallError('input.invalid', message)
}

type HasBlob = (digest: string) => Promise<boolean>

/** What cannot be right whatever the nodes are. Error: `input.invalid`. `hasBlob` says whether a digest has been uploaded. */
export async function checkSpec(spec: JobSpec, { now, hasBlob }: { readonly now: number; readonly hasBlob: HasBlob }): Promise<void> {
  const { runtime } = spec
  if (fromIso(spec.deadline) <= now) refuse(`The deadline ${spec.deadline} is in the past. Give one that leaves time to run.`)
  if (spec.earliestStart !== null && fromIso(spec.earliestStart) >= fromIso(spec.deadline)) refuse('The earliest start is not before the deadline.')
  if (runtime.name === 'wasm' && runtime.archive !== runtime.image) refuse('A WebAssembly module is its own archive: give the same digest for both.')
  if (runtime.name === 'wasm' && spec.checkpoints) refuse('A WebAssembly job saves no checkpoint. Leave it out, or make it a container job.')
  if (spec.interruptible !== null && !spec.checkpoints)
    refuse('A job that may be interrupted has to save where it is. Give `checkpoints` as well, or leave `interruptible` out.')
  if (runtime.name === 'docker' && runtime.archive === null && runtime.reference === null)
    refuse('A Docker job needs an uploaded archive or a reference to pull.')
  if (runtime.archive !== null && !(await hasBlob(runtime.archive))) refuse(`The archive ${runtime.archive} is not here. Upload it to /v1/blobs/ first.`)
}

/** Accepts a job and sets its money aside. Repeating the same id with the same job is harmless. Errors: `conflict`, `funds.insufficient`. */
export async function submitJob(deps: JobDeps, { requesterId, jobId, spec }: Submission): Promise<JobView> {
  const submittedAt = deps.clock.now()
  await transact(deps.db, async (tx) => {
    const jobs = createJobsStore(tx)
    const known = await jobs.get(jobId)
    if (known?.requesterId === requesterId && JSON.stringify(known.spec) === JSON.stringify(spec)) return
    if (known) throw new WindfallError('conflict', `There is already another job ${jobId}. Choose a new id.`)
    await jobs.add({
      jobId,
      requesterId,
      spec,
      submittedAt,
      deadlineAt: fromIso(spec.deadline),
      reason: 'waiting.plan',
      message: 'The planner has not looked at this job yet.',
    })
    await deps.money.reserve(tx, { requesterId, jobId, microUsd: microUsd(BigInt(spec.price.maxMicroUsd)) })
    await deps.decide(tx, 'job.queued', { jobId, requesterId })
  })
  return viewJob(deps.db, requesterId, jobId)
}

async function ownJob(db: Db | Tx, requesterId: string, jobId: string): Promise<Job> {
  const job = await createJobsStore(db).get(jobId)
  if (job?.requesterId !== requesterId) throw new WindfallError('not-found', `You have no job ${jobId}.`)
  return job
}

const describe = async (db: Db, job: Job): Promise<JobView> =>
  viewOf(job, { attempts: await createAttemptsStore(db).ofJob(job.jobId), checkpoint: await createCheckpointsStore(db).ofJob(job.jobId) })

/** Error: `not-found`, also for somebody else's job. */
export async function viewJob(db: Db, requesterId: string, jobId: string): Promise<JobView> {
  const job = await ownJob(db, requesterId, jobId)
  return describe(db, job)
}

/** Newest first; `next` is what the following page starts after. */
export async function listJobs(
  db: Db,
  page: { readonly requesterId: string; readonly state: JobState | null; readonly after: string | null; readonly limit: number },
): Promise<{ items: JobView[]; next: string | null }> {
  const jobs = await createJobsStore(db).page({ ...page, limit: page.limit + 1 } satisfies JobPage)
  const shown = jobs.slice(0, page.limit)
  const items = await Promise.all(shown.map((job) => describe(db, job)))
  return { items, next: jobs.length > page.limit ? (shown.at(-1)?.jobId ?? null) : null }
}

/** Takes a job back. Returns the attempt that was running, so that its agent can be told. Error: `job.not-cancellable`. */
export const cancelJob = (deps: JobDeps, requesterId: string, jobId: string): Promise<Attempt | null> =>
  transact(deps.db, async (tx) => {
    const job = await ownJob(tx, requesterId, jobId)
    if (job.state === 'cancelled') return null
    const changed = await changeJob(deps, tx, { job, change: { type: 'cancelled' } })
    if (!changed) throw new WindfallError('job.not-cancellable', `Job ${jobId} is ${job.state} and can no longer be cancelled.`)
    return endOpenAttempt(deps, tx, { jobId, state: 'lost', reason: 'cancelled' })
  })
