import type { JobSpec, JobView } from '../../../shared/contract/job.ts'
import type { After, TemplateId } from '../../../shared/contract/job-links.ts'
import type { TemplateUse } from '../../../shared/contract/job-template.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Db, transact } from '../persistence/database.ts'
import { type AcceptDeps, type Order, acceptAll } from './accepting.ts'
import { createAfterStore } from './after/after.store.ts'
import { linksOf } from './after/settling.ts'
import { type Job, type NewJob, createJobsStore } from './jobs.store.ts'
import { freshJob } from './new-job.ts'
import type { JobDeps } from './ports.ts'
import { viewJob } from './requests.ts'
import { jobOfTemplate } from './templates/templates.ts'
import { createTogether } from './together.ts'
import { viewOf } from './view.ts'

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
  readonly check: (spec: JobSpec, after?: After) => Promise<void>
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

const taken = (jobId: string): never => {
  throw new WindfallError('conflict', `There is already another job ${jobId}. Choose a new id.`)
}

/** Accepts jobs; those that arrive together share their statements. `null`: there is already a job of that id. */
export const createAccept = (deps: AcceptDeps & Pick<JobDeps, 'db'>): ((order: Order) => Promise<NewJob | null>) =>
  createTogether((orders) => transact(deps.db, (tx) => acceptAll(deps, tx, orders)))

interface Desk extends Checks {
  readonly accept: ReturnType<typeof createAccept>
}

/**
 * Accepts a job and sets its money aside. Repeating the same id with the same content is harmless, and not checked again: its deadline may have
 * passed meanwhile. Errors: `conflict`, `funds.insufficient`, `not-found` for a template or a job to run after, and those of `Checks`.
 */
export async function submitJob(deps: Pick<JobDeps, 'db' | 'clock'>, submission: Submission, desk: Desk): Promise<JobView> {
  const { db } = deps
  const { requesterId, jobId, after = [] } = submission
  const submittedAt = deps.clock.now()
  const known = await createJobsStore(db).get(jobId)
  if (known) {
    if (!(await isSame(db, known, submission))) taken(jobId)
    return viewJob(db, requesterId, jobId)
  }
  const wanted = await wantedOf(db, submission, submittedAt)
  await desk.check(wanted.spec, after)
  const isBestEffort = submission.admission === 'best-effort'
  if (!isBestEffort) await desk.admit({ requesterId, spec: wanted.spec, jobs: 1 })
  const accepted = await desk.accept({ requesterId, jobId, ...wanted, after, isBestEffort, submittedAt })
  // Somebody else was quicker with the same id.
  if (!accepted) return submitJob(deps, submission, desk)
  return after.length > 0 ? viewJob(db, requesterId, jobId) : viewOf(freshJob(accepted), { attempts: [], checkpoint: null, after: [] })
}
