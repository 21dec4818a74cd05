/** Writes jobs that were submitted together: each as if it had come alone, with statements that are about all of them. */
import type { After, TemplateId } from '../../../shared/contract/job-links.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { mostMicroUsd } from '../../../shared/domain/pay.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import { UNLOOKED, linkUp } from './after/settling.ts'
import type { AfterStanding } from './after/standing.ts'
import { joinLines } from './fairness/standing.ts'
import type { NewJob } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { createTogetherStore } from './together.store.ts'

export type AcceptDeps = Pick<JobDeps, 'money' | 'decide'>

/** A job that has passed its checks. */
export interface Order {
  readonly requesterId: string
  readonly jobId: string
  readonly spec: JobSpec
  readonly template: TemplateId | null
  readonly after: After
  readonly isBestEffort: boolean
  readonly submittedAt: number
}

/** What a job says of itself before anybody has looked at it. */
export const firstWords = (standing: AfterStanding): Pick<NewJob, 'reason' | 'message' | 'isBlocked'> =>
  standing.is === 'waits'
    ? { reason: 'waiting.after', message: standing.message, isBlocked: true }
    : { reason: 'waiting.plan', message: UNLOOKED, isBlocked: false }

/** Their standings first: whoever names what it has not is told that, whatever else is wrong with it. */
async function jobsOf(tx: Tx, orders: readonly Order[]): Promise<NewJob[]> {
  const words: ReturnType<typeof firstWords>[] = []
  for (const { requesterId, jobId, after, spec } of orders)
    words.push(firstWords(await linkUp(tx, { requesterId, waiter: { kind: 'job', id: jobId }, after, spec })))
  const starts = await joinLines(tx, orders)
  return orders.map((one, index) => {
    const { after: _, ...order } = one
    const said = words[index] ?? firstWords({ is: 'free' })
    return { ...order, ...said, deadlineAt: fromIso(order.spec.deadline), array: null, fairStart: starts[index] ?? 0 }
  })
}

/**
 * Accepts jobs and sets their money aside: all of them or, if it throws, none. Answers with each in their order; `null` for an id that was taken, also by
 * another one of them. Errors: `funds.insufficient`, those of `linkUp`.
 */
export async function acceptAll(deps: AcceptDeps, tx: Tx, orders: readonly Order[]): Promise<readonly (NewJob | null)[]> {
  const store = createTogetherStore(tx)
  const taken = new Set(await store.known(orders.map(({ jobId }) => jobId)))
  const fresh = orders.filter(({ jobId }) => {
    const isFree = !taken.has(jobId)
    taken.add(jobId)
    return isFree
  })
  const jobs = await jobsOf(tx, fresh)
  await store.addJobs(jobs)
  await deps.money.reserve(
    tx,
    jobs.map(({ requesterId, jobId, spec }) => ({ requesterId, jobId, microUsd: mostMicroUsd(spec) })),
  )
  for (const { jobId, requesterId, template } of jobs) await deps.decide(tx, 'job.queued', { jobId, requesterId, ...(template ? { template } : {}) })
  const accepted = new Map(fresh.map((order, index) => [order, jobs[index] ?? null]))
  return orders.map((order) => accepted.get(order) ?? null)
}
