import type { JobSpec, JobView } from '../../../shared/contract/job.ts'
import type { After, TemplateId } from '../../../shared/contract/job-links.ts'
import type { TemplateUse } from '../../../shared/contract/job-template.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, microUsd } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { createAfterStore } from './after/after.store.ts'
import { UNLOOKED, linkUp, linksOf } from './after/settling.ts'
import type { AfterStanding } from './after/standing.ts'
import { joinLine } from './fairness/standing.ts'
import { type Job, type NewJob, createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { viewJob } from './requests.ts'
import { jobOfTemplate } from './templates/templates.ts'

/** A job, or what makes one of a template; one of the two. */
export interface Submission {
  readonly requesterId: string
  readonly jobId: string
  readonly spec?: JobSpec | undefined
  readonly template?: TemplateUse | undefined
  readonly after?: After | undefined
  /** By default `strict`. */
  readonly admission?: 'strict' | 'best-effort' | undefined
}

/** What a job has to pass before it is accepted. */
export interface Checks {
  /** Error: `input.invalid` for a job that cannot be right whatever the nodes are. */
  readonly check: (spec: JobSpec) => Promise<void>
  /** Error: `job.unplaceable` for so many jobs that cannot be done by their deadline. */
  readonly admit: (order: { readonly requesterId: string; readonly spec: JobSpec; readonly jobs: number }) => Promise<void>
}

interface Wanted {
  readonly spec: JobSpec
  readonly template: TemplateId | null
}

async function wantedOf(db: Db, { requesterId, spec, template: use }: Submission, submittedAt: number): Promise<Wanted> {
  if (spec) return { spec, template: null }
  if (use) return jobOfTemplate(db, requesterId, { use, submittedAt })
  throw new WindfallError('input.invalid', 'Give a job, or a template to make it from.')
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Whether a job is what this submission would have made of it at the time. */
async function isSame(db: Db, job: Job, { requesterId, spec, template: use, after = [] }: Submission): Promise<boolean> {
  if (job.requesterId !== requesterId) return false
  const links = new Set((await createAfterStore(db).linksOf({ kind: 'job', id: job.jobId })).map((link) => JSON.stringify(link)))
  const asked = new Set(linksOf(after).map((link) => JSON.stringify(link)))
  if (links.symmetricDifference(asked).size > 0) return false
  if (spec || !use) return job.template === null && sameText(job.spec, spec)
  const version = job.template?.name === use.name ? job.template.version : null
  if (version === null || (use.version ?? version) !== version) return false
  const again = await jobOfTemplate(db, requesterId, { use: { ...use, version }, submittedAt: job.submittedAt, evenDeleted: true })
  return sameText(job.spec, again.spec)
}

/** What a job says of itself before anybody has looked at it. */
export const firstWords = (standing: AfterStanding): Pick<NewJob, 'reason' | 'message' | 'isBlocked'> =>
  standing.is === 'waits'
    ? { reason: 'waiting.after', message: standing.message, isBlocked: true }
    : { reason: 'waiting.plan', message: UNLOOKED, isBlocked: false }

async function accept(deps: JobDeps, tx: Tx, { submission, wanted, submittedAt }: { submission: Submission; wanted: Wanted; submittedAt: number }) {
  const { requesterId, jobId, after = [] } = submission
  const { spec } = wanted
  const standing = await linkUp(tx, { requesterId, waiter: { kind: 'job', id: jobId }, after })
  const deadlineAt = fromIso(spec.deadline)
  const [fairStart = 0] = await joinLine(tx, { requesterId, spec, jobs: 1 })
  await createJobsStore(tx).add({
    jobId,
    requesterId,
    ...wanted,
    submittedAt,
    deadlineAt,
    array: null,
    fairStart,
    isBestEffort: submission.admission === 'best-effort',
    ...firstWords(standing),
  })
  await deps.money.reserve(tx, { requesterId, jobId, microUsd: microUsd(BigInt(spec.price.maxMicroUsd)) })
  await deps.decide(tx, 'job.queued', { jobId, requesterId, ...(wanted.template ? { template: wanted.template } : {}) })
}

const taken = (jobId: string): never => {
  throw new WindfallError('conflict', `There is already another job ${jobId}. Choose a new id.`)
}

/**
 * Accepts a job and sets its money aside. Repeating the same id with the same content is harmless, and not checked again: its deadline may have
 * passed meanwhile. Errors: `conflict`, `funds.insufficient`, `not-found` for a template or a job to run after, and those of `Checks`.
 */
export async function submitJob(deps: JobDeps, submission: Submission, checks: Checks): Promise<JobView> {
  const { db } = deps
  const { requesterId, jobId } = submission
  const submittedAt = deps.clock.now()
  const known = await createJobsStore(db).get(jobId)
  if (known) {
    if (!(await isSame(db, known, submission))) taken(jobId)
    return viewJob(db, requesterId, jobId)
  }
  const wanted = await wantedOf(db, submission, submittedAt)
  await checks.check(wanted.spec)
  if (submission.admission !== 'best-effort') await checks.admit({ requesterId, spec: wanted.spec, jobs: 1 })
  const isFirst = await transact(db, async (tx) => {
    if (await createJobsStore(tx).get(jobId)) return false
    await accept(deps, tx, { submission, wanted, submittedAt })
    return true
  })
  // Somebody else was quicker with the same id.
  return isFirst ? viewJob(db, requesterId, jobId) : submitJob(deps, submission, checks)
}
