import type { After } from '../../../../shared/contract/job-links.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { type Db, type Tx, transact } from '../../persistence/database.ts'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { createArraysStore } from '../arrays/arrays.store.ts'
import { type ChangeDeps, changeJob } from '../change.ts'
import { requireKept } from '../inputs.ts'
import { createJobsStore } from '../jobs.store.ts'
import type { JobChange } from '../transition.ts'
import { type Waiter, createAfterStore } from './after.store.ts'
import { type AfterStanding, type Link, afterStanding } from './standing.ts'

/** So many jobs change in one transaction, then everybody else gets a turn. */
const AT_ONCE = 50

export const linksOf = (after: After): Link[] =>
  after.map(({ jobId, arrayId, when }) => (arrayId === undefined ? { kind: 'job', id: jobId ?? '', ends: when } : { kind: 'array', id: arrayId, ends: when }))

export const afterOf = (links: readonly Link[]): After =>
  links.map(({ kind, id, ends }) => (kind === 'job' ? { jobId: id, when: ends } : { arrayId: id, when: ends }))

const isOwn = async (tx: Tx, requesterId: string, { kind, id }: Link): Promise<boolean> =>
  kind === 'job' ? (await createJobsStore(tx).get(id))?.requesterId === requesterId : (await createArraysStore(tx).get(id))?.requesterId === requesterId

/**
 * What a job that is being submitted waits for: it says so from the start. What it names has to be there already, so that no circle can come
 * about. Errors: `not-found` for what the requester has not, `input.invalid` for what has ended otherwise than it has to, and for an input that is the
 * output of a job and no longer kept.
 */
export async function linkUp(
  tx: Tx,
  { requesterId, waiter, after, spec }: { readonly requesterId: string; readonly waiter: Waiter; readonly after: After; readonly spec: JobSpec },
): Promise<Extract<AfterStanding, { is: 'free' | 'waits' }>> {
  const links = linksOf(after)
  const store = createAfterStore(tx)
  for (const link of links)
    if (!(await isOwn(tx, requesterId, link)))
      throw new WindfallError('not-found', `You have no ${link.kind} ${link.id} that this could run after. Submit that one first.`)
  const standing = afterStanding(await store.known(links))
  if (standing.is === 'failed') throw new WindfallError('input.invalid', `${standing.message} Leave that out, or submit it again.`)
  await requireKept(tx, requesterId, spec)
  await store.add(waiter, links)
  return standing
}

/** Looks at everybody who waits for something that has ended since, some at a time. */
export async function settleAfter(deps: ChangeDeps & { readonly db: Db }): Promise<void> {
  const next = () => createAfterStore(deps.db).firstDue()
  for (let due = await next(); due; due = await next()) {
    await settleOne(deps, due)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

const settleOne = (deps: ChangeDeps & { readonly db: Db }, waiter: Waiter): Promise<void> =>
  transact(deps.db, async (tx) => {
    const store = createAfterStore(tx)
    const standing = afterStanding(await store.known(await store.linksOf(waiter)))
    const blocked = standing.is === 'waits' && waiter.kind === 'array' ? [] : await store.blocked(waiter, AT_ONCE)
    for (const jobId of blocked) await carryOn(deps, tx, { jobId, standing })
    // Of a large array, the others have their turn next.
    if (blocked.length < AT_ONCE) await store.lookedAt(waiter)
  })

async function carryOn(deps: ChangeDeps, tx: Tx, { jobId, standing }: { readonly jobId: string; readonly standing: AfterStanding }): Promise<void> {
  const job = await createJobsStore(tx).get(jobId)
  if (!job) return
  await changeJob(deps, tx, { job, change: changeFor(standing), patch: { isBlocked: standing.is === 'waits' } })
}

function changeFor(standing: AfterStanding): JobChange {
  if (standing.is === 'failed') return { type: 'predecessor-failed', message: standing.message }
  return standing.is === 'free'
    ? { type: 'unplaced', reason: 'waiting.plan', message: UNLOOKED }
    : { type: 'unplaced', reason: 'waiting.after', message: standing.message }
}

/** What a job says that waits for nothing but a plan. */
export const UNLOOKED = 'The planner has not looked at this job yet.'
