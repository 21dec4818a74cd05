/** Does over what failed, expired or was cancelled, as a job of its own. */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type AcceptDeps, acceptAll } from './accepting.ts'
import { createAfterStore } from './after/after.store.ts'
import { afterOf } from './after/settling.ts'
import { createAgainStore } from './again.store.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import type { Checks } from './submitting.ts'

export interface AgainOrder {
  readonly jobId: string
  readonly newJobId: string
  readonly deadline?: string | undefined
  /** Who orders it, and what for; `null` where its own requester does. */
  readonly by: string
  readonly reason: string | null
}

export type AgainDeps = AcceptDeps & Pick<JobDeps, 'db' | 'clock'> & Checks

const conflict = (message: string) => new WindfallError('conflict', message)
const ENDED: ReadonlySet<Job['state']> = new Set<Job['state']>(['failed', 'expired', 'cancelled'])

/** Error: `conflict` for a job that there is nothing to do over of. */
function requireOver({ jobId, state, pinnedTo }: Job): void {
  if (state === 'completed') throw conflict(`Job ${jobId} is completed. Submit it as a new job to have it done once more.`)
  if (!ENDED.has(state)) throw conflict(`Job ${jobId} is ${state}. Only one that failed, expired or was cancelled is submitted again.`)
  if (pinnedTo !== null) throw conflict(`Job ${jobId} was made to check one machine, and is not done over.`)
}

/** As much time before its deadline, and until it may begin, as the first one had; or the deadline that is asked for. */
export function timesAgain(
  spec: JobSpec,
  { submittedAt, now, deadline }: { readonly submittedAt: number; readonly now: number; readonly deadline?: string | undefined },
): JobSpec {
  const until = deadline ?? toIso(now + Math.max(0, fromIso(spec.deadline) - submittedAt))
  const wait = spec.earliestStart === null ? 0 : fromIso(spec.earliestStart) - submittedAt
  const earliestStart = wait > 0 && now + wait < fromIso(until) ? toIso(now + wait) : null
  return { ...spec, earliestStart, deadline: until }
}

/** So many times a job may have been done over before nobody looks further. */
const LONGEST_CHAIN = 50

/** What a job is done over as, and that in turn; itself if nobody has. */
async function newestOf(db: Db, jobId: string): Promise<string> {
  let newest = jobId
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    const next = (await createAgainStore(db).of([newest]))(newest).doneAgainAs
    if (next === null) break
    newest = next
  }
  return newest
}

/** What it runs after and begins with: where one of those was done over, the job that does it over. */
async function linksAgain(db: Db, { jobId, array, spec }: Job): Promise<{ readonly after: After; readonly inputs: JobSpec['inputs'] }> {
  const links = afterOf(await createAfterStore(db).linksOf(array ? { kind: 'array', id: array.arrayId } : { kind: 'job', id: jobId }))
  const newer = new Map<string, string>()
  for (const { jobId: before } of links) if (before !== undefined) newer.set(before, await newestOf(db, before))
  return {
    after: links.map((link) => (link.jobId === undefined ? link : { ...link, jobId: newer.get(link.jobId) ?? link.jobId })),
    inputs: spec.inputs?.map((input) => (input.outputOf === undefined ? input : { ...input, outputOf: newer.get(input.outputOf) ?? input.outputOf })),
  }
}

async function orderOf(deps: AgainDeps, old: Job, { newJobId, deadline }: AgainOrder) {
  const now = deps.clock.now()
  const { after, inputs } = await linksAgain(deps.db, old)
  const spec = { ...timesAgain(old.spec, { submittedAt: old.submittedAt, now, deadline }), ...(inputs ? { inputs } : {}) }
  await deps.check(spec, after)
  if (!old.isBestEffort) await deps.admit({ requesterId: old.requesterId, spec, jobs: 1 })
  const { requesterId, template, isBestEffort } = old
  return { requesterId, jobId: newJobId, spec, template, after, isBestEffort, submittedAt: now }
}

const isTaken = (jobId: string) => conflict(`There is already another job ${jobId}. Choose a new id.`)

/** Whether it was done over under this id before. Error: `conflict` if the id is that of something else. */
async function isKnown(db: Db, { jobId, newJobId }: AgainOrder): Promise<boolean> {
  if (!(await createJobsStore(db).get(newJobId))) return false
  if ((await createAgainStore(db).of([newJobId]))(newJobId).againOf === jobId) return true
  throw isTaken(newJobId)
}

/** What was erased meanwhile does not come back. Error: `conflict`. */
async function requireSame(tx: Tx, { jobId, spec }: Job): Promise<void> {
  const now = await createJobsStore(tx).get(jobId)
  if (JSON.stringify(now?.spec) !== JSON.stringify(spec)) throw conflict(`Job ${jobId} was erased in this moment, and is not done over.`)
}

/**
 * Submits a job again under a new id, with a reservation of its own, of the same requester; once for each job, and repeating it is harmless. It is no job
 * of the array that the first one was of; who waited for the first one has failed with it, and is done over after this one. `requesterId`: whose it has to
 * be; `null`: anybody's. Errors: `not-found`, `conflict`, those of a submission.
 */
export async function doAgain(deps: AgainDeps, requesterId: string | null, order: AgainOrder): Promise<void> {
  const { db } = deps
  const { jobId, newJobId, by, reason } = order
  const old = await createJobsStore(db).get(jobId)
  if (!old || (requesterId !== null && old.requesterId !== requesterId))
    throw new WindfallError('not-found', `There is no job ${jobId} that you may submit again.`)
  if (await isKnown(db, order)) return
  requireOver(old)
  const wanted = await orderOf(deps, old, order)
  const isFree = await transact(db, async (tx) => {
    await requireSame(tx, old)
    const [made] = await acceptAll(deps, tx, [wanted])
    if (!made) return false
    if ((await createAgainStore(tx).add({ jobId: newJobId, ofJobId: jobId })) === 'taken')
      throw conflict(`Job ${jobId} was submitted again before, under another id. Look at that one: it may be submitted again in turn.`)
    await deps.decide(tx, 'job.requeued', { jobId: newJobId, againOf: jobId, requesterId: old.requesterId, by, ...(reason === null ? {} : { reason }) })
    return true
  })
  // Somebody else was quicker with the same id.
  if (!isFree && !(await isKnown(db, order))) throw isTaken(newJobId)
}
