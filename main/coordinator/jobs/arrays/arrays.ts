import type { JobSpec, JobState } from '../../../../shared/contract/job.ts'
import type { ArraySubmission, ArrayView } from '../../../../shared/contract/job-array.ts'
import type { TemplateId } from '../../../../shared/contract/job-links.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { mostMicroUsd } from '../../../../shared/domain/pay.ts'
import { fromIso, toIso } from '../../../../shared/units.ts'
import { sha256Hex } from '../../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../../persistence/database.ts'
import { linkUp } from '../after/settling.ts'
import type { JobDeps } from '../ports.ts'
import { joinLine } from '../fairness/standing.ts'
import { firstWords } from '../accepting.ts'
import type { Checks } from '../submitting.ts'
import { openTemplate } from '../templates/templates.ts'
import { TERMINAL } from '../transition.ts'
import { type JobArray, createArraysStore } from './arrays.store.ts'
import { cancelArray } from './cancelling.ts'
import { type ArrayJob, type ArrayPlan, expand } from './expand.ts'

interface ArrayDeps extends JobDeps, Checks {
  readonly cancelJob: (requesterId: string, jobId: string) => Promise<unknown>
  /** Something happened that may let jobs move. */
  readonly wake: () => void
}

/** Many jobs in one. */
export interface JobArrays {
  readonly submit: (requesterId: string, submission: ArraySubmission) => Promise<ArrayView>
  readonly list: (requesterId: string, page: { readonly after: string | null; readonly limit: number }) => Promise<{ items: ArrayView[]; next: string | null }>
  readonly view: (requesterId: string, arrayId: string) => Promise<ArrayView>
  readonly cancel: (requesterId: string, arrayId: string) => Promise<ArrayView>
}

const jobIdOf = (arrayId: string, index: number): string => `${arrayId}-${index}`

async function describe(db: Db, { arrayId, name, jobs, submittedAt, template }: JobArray): Promise<ArrayView> {
  const { states, paidMicroUsd } = await createArraysStore(db).countOf(arrayId)
  const ended = Object.entries(states).reduce((sum, [state, count]) => sum + (TERMINAL.has(state as JobState) ? count : 0), 0)
  return { arrayId, name, submittedAt: toIso(submittedAt), template, jobs, states, ended, priceMicroUsd: String(paidMicroUsd) }
}

async function ownArray(db: Db, requesterId: string, arrayId: string): Promise<JobArray> {
  const array = await createArraysStore(db).get(arrayId)
  if (array?.requesterId !== requesterId) throw new WindfallError('not-found', `You have no array ${arrayId}. See those that there are: windfall array list`)
  return array
}

interface Prepared {
  readonly array: JobArray
  /** What all its jobs have in common: what they need, how long they take, and what they may cost. */
  readonly spec: JobSpec
  readonly jobs: readonly ArrayJob[]
  readonly after: NonNullable<ArraySubmission['after']>
  readonly isBestEffort: boolean
}

async function planOf(
  db: Db,
  requesterId: string,
  { spec, template: use }: ArraySubmission,
  submittedAt: number,
): Promise<ArrayPlan & { readonly template: TemplateId | null }> {
  if (spec) return { spec, values: new Map<string, string>(), template: null }
  if (use) return openTemplate(db, requesterId, { use, submittedAt })
  throw new WindfallError('input.invalid', 'Give a job, or a template to make the jobs from.')
}

async function prepare({ db, clock, check, admit }: ArrayDeps, requesterId: string, submission: ArraySubmission): Promise<Prepared> {
  const { arrayId, after = [] } = submission
  const submittedAt = clock.now()
  const { template, ...plan } = await planOf(db, requesterId, submission, submittedAt)
  await check(plan.spec, after)
  const jobs = expand(plan, submission)
  const isBestEffort = submission.admission === 'best-effort'
  if (!isBestEffort) await admit({ requesterId, spec: plan.spec, jobs: jobs.length })
  const requestSha256 = sha256Hex(JSON.stringify(submission))
  return {
    array: { arrayId, requesterId, name: plan.spec.name, jobs: jobs.length, submittedAt, requestSha256, template },
    spec: plan.spec,
    jobs,
    after,
    isBestEffort,
  }
}

/** All of it or nothing: the jobs, what each may cost, and one record of it. */
async function accept(deps: ArrayDeps, tx: Tx, { array, spec, jobs, after, isBestEffort }: Prepared): Promise<void> {
  const { arrayId, requesterId, submittedAt, template } = array
  const store = createArraysStore(tx)
  const standing = await linkUp(tx, { requesterId, waiter: { kind: 'array', id: arrayId }, after, spec })
  await store.add(array)
  const common = { requesterId, submittedAt, template, isBestEffort, ...firstWords(standing) }
  const starts = await joinLine(tx, { requesterId, spec, jobs: jobs.length })
  const fresh = jobs.map(({ index, spec: own }, at) => {
    const place = { jobId: jobIdOf(arrayId, index), array: { arrayId, index }, fairStart: starts[at] ?? 0 }
    return { ...common, ...place, spec: own, deadlineAt: fromIso(own.deadline) }
  })
  if ((await store.addJobs(fresh)) < fresh.length)
    throw new WindfallError('conflict', `There is already a job that is called like one of array ${arrayId}. Choose a new id for the array.`)
  const jobIds = fresh.map(({ jobId }) => jobId)
  await deps.money.reserveAll(tx, { requesterId, arrayId, jobIds, microUsd: mostMicroUsd(spec) })
  await deps.decide(tx, 'array.queued', { arrayId, requesterId, jobs: jobs.length, ...(template ? { template } : {}) })
}

async function submit(deps: ArrayDeps, requesterId: string, submission: ArraySubmission): Promise<ArrayView> {
  const { db } = deps
  const known = await createArraysStore(db).get(submission.arrayId)
  if (known) {
    if (known.requesterId === requesterId && known.requestSha256 === sha256Hex(JSON.stringify(submission))) return describe(db, known)
    throw new WindfallError('conflict', `There is already another array ${submission.arrayId}. Choose a new id.`)
  }
  const prepared = await prepare(deps, requesterId, submission)
  const isFirst = await transact(db, async (tx) => {
    if (await createArraysStore(tx).get(submission.arrayId)) return false
    await accept(deps, tx, prepared)
    return true
  })
  deps.wake()
  // Somebody else was quicker with the same id.
  return isFirst ? describe(db, prepared.array) : submit(deps, requesterId, submission)
}

export const createJobArrays = (deps: ArrayDeps): JobArrays => ({
  submit: (requesterId, submission) => submit(deps, requesterId, submission),
  async list(requesterId, { after, limit }) {
    const last = after === null ? null : await ownArray(deps.db, requesterId, after)
    const found = await createArraysStore(deps.db).page({ requesterId, after: last, limit: limit + 1 })
    const items = await Promise.all(found.slice(0, limit).map((array) => describe(deps.db, array)))
    return { items, next: found.length > limit ? (items.at(-1)?.arrayId ?? null) : null }
  },
  view: async (requesterId, arrayId) => describe(deps.db, await ownArray(deps.db, requesterId, arrayId)),
  async cancel(requesterId, arrayId) {
    const array = await ownArray(deps.db, requesterId, arrayId)
    await cancelArray(deps, array)
    deps.wake()
    return describe(deps.db, array)
  },
})
