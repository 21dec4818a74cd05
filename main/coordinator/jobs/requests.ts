import type { JobSpec, JobView } from '../../../shared/contract/job.ts'
import { MAX_COMPARED_BYTES } from '../../../shared/contract/quorum.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { createAfterStore } from './after/after.store.ts'
import { afterOf } from './after/settling.ts'
import { changeJob, endOpenAttempt } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type JobPage, jobsPage } from './jobs-page.store.ts'
import { type Job, createJobsStore, decodeJob } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { viewOf } from './view.ts'

const refuse = (message: string): never => {
  throw new WindfallError('input.invalid', message)
}

type HasBlob = (digest: string) => Promise<boolean>

interface SpecCheck {
  readonly now: number
  /** Whether a digest has been uploaded. */
  readonly hasBlob: HasBlob
  /** The largest output that is taken. */
  readonly maxOutputBytes: number
}

/** What cannot be right whatever the nodes are. Errors: `input.invalid`, `input.too-large`. */
export async function checkSpec(spec: JobSpec, { now, hasBlob, maxOutputBytes }: SpecCheck): Promise<void> {
  const { runtime, limits } = spec
  if (limits.outputBytes > maxOutputBytes)
    throw new WindfallError(
      'input.too-large',
      `This coordinator takes outputs of at most ${maxOutputBytes} bytes. Lower limits.outputBytes from ${limits.outputBytes}.`,
    )
  if (fromIso(spec.deadline) <= now) refuse(`The deadline ${spec.deadline} is in the past. Give one that leaves time to run.`)
  if (spec.earliestStart !== null && fromIso(spec.earliestStart) >= fromIso(spec.deadline)) refuse('The earliest start is not before the deadline.')
  if (runtime.name === 'wasm' && runtime.archive !== runtime.image) refuse('A WebAssembly module is its own archive: give the same digest for both.')
  if (runtime.name === 'wasm' && spec.checkpoints) refuse('A WebAssembly job saves no checkpoint. Leave it out, or make it a container job.')
  if (spec.interruptible !== null && !spec.checkpoints)
    refuse('A job that may be interrupted has to save where it is. Give `checkpoints` as well, or leave `interruptible` out.')
  if (runtime.name === 'docker' && runtime.archive === null && runtime.reference === null)
    refuse('A Docker job needs an uploaded archive or a reference to pull.')
  checkQuorum(spec)
  if (runtime.archive !== null && !(await hasBlob(runtime.archive))) refuse(`The archive ${runtime.archive} is not here. Upload it to /v1/blobs/ first.`)
}

/** What no comparison of results can come of. Error: `input.invalid`. */
function checkQuorum({ quorum, outputSha256, limits }: JobSpec): void {
  if (!quorum) return
  const { results, atMost, compare } = quorum
  if (outputSha256 !== null) refuse('A job whose output is known needs no other result to compare with. Leave `quorum` or `outputSha256` out.')
  if (atMost !== undefined && atMost < results) refuse(`Of at most ${atMost} results, ${results} cannot agree. Raise quorum.atMost or lower quorum.results.`)
  if (compare.kind === 'exact') return
  if (limits.outputBytes > MAX_COMPARED_BYTES)
    refuse(`Outputs that are compared number by number are at most ${MAX_COMPARED_BYTES} bytes. Lower limits.outputBytes from ${limits.outputBytes}.`)
  if (compare.absolute === 0 && compare.relative === 0) refuse('A tolerance of nothing is an exact comparison. Give quorum.compare.kind exact, or a tolerance.')
}

async function ownJob(db: Db | Tx, requesterId: string, jobId: string): Promise<Job> {
  const job = await createJobsStore(db).get(jobId)
  if (job?.requesterId !== requesterId) throw new WindfallError('not-found', `You have no job ${jobId}. To see those you have: windfall job list`)
  return job
}

const describe = async (db: Db, job: Job): Promise<JobView> =>
  viewOf(job, {
    // A job that was never leased has no past.
    attempts: job.token === 0 ? [] : await createAttemptsStore(db).ofJob(job.jobId),
    checkpoint: job.token === 0 ? null : await createCheckpointsStore(db).ofJob(job.jobId),
    after: afterOf(await createAfterStore(db).linksOf(job.array ? { kind: 'array', id: job.array.arrayId } : { kind: 'job', id: job.jobId })),
  })

/** Error: `not-found`, also for somebody else's job. */
export async function viewJob(db: Db, requesterId: string, jobId: string): Promise<JobView> {
  const job = await ownJob(db, requesterId, jobId)
  return describe(db, job)
}

/** Newest first, or the jobs of one array in their order; `next` is what the following page starts after. */
export async function listJobs(db: Db, page: JobPage): Promise<{ items: JobView[]; next: string | null }> {
  const { rows, next } = await jobsPage(db, page)
  return { items: await Promise.all(rows.map((row) => describe(db, decodeJob(row)))), next }
}

const WHY_NOT: Partial<Record<Job['state'], string>> = {
  verifying: 'has been done: what it came to is being checked, is paid for if it is right,',
}

/** Takes a job back. Returns the attempt that was running, so that its agent can be told. Error: `job.not-cancellable`. */
export const cancelJob = (deps: JobDeps, requesterId: string, jobId: string): Promise<Attempt | null> =>
  transact(deps.db, async (tx) => {
    const job = await ownJob(tx, requesterId, jobId)
    if (job.state === 'cancelled') return null
    const changed = await changeJob(deps, tx, { job, change: { type: 'cancelled' } })
    if (!changed) throw new WindfallError('job.not-cancellable', `Job ${jobId} ${WHY_NOT[job.state] ?? `is ${job.state}`} and can no longer be cancelled.`)
    return endOpenAttempt(deps, tx, { jobId, state: 'lost', reason: 'cancelled' })
  })
