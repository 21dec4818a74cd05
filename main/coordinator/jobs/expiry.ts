import type { JobState } from '../../../shared/contract/job.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { endAttempt } from './attempts.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { changeJob, endOpenAttempt } from './change.ts'
import { createJobsStore } from './jobs.store.ts'
import { DEADLINE_GRACE_MS, RECEIPT_HOLD_MS, type Renewals, isOpen } from './leases.ts'
import type { JobDeps } from './ports.ts'

/** Ends every lease that was not renewed in time. Returns the attempts that ended. */
export async function expireLeases(deps: JobDeps, renewals: Renewals): Promise<Attempt[]> {
  const silent = (await createAttemptsStore(deps.db).openLeases()).filter(({ leaseId }) => renewals.isExpired(leaseId))
  const ended: Attempt[] = []
  for (const { leaseId } of silent) {
    const attempt = await transact(deps.db, async (tx) => {
      const current = await createAttemptsStore(tx).byLease(leaseId)
      if (!current || (await isVerified(deps, tx, current))) return null
      renewals.forget(leaseId)
      if (!isOpen(current.state)) return null
      await endAttempt(deps, tx, {
        attempt: current,
        state: 'lost',
        reason: 'lease.expired',
        message: 'The machine that had this job went silent.',
        retry: true,
      })
      return current
    })
    if (attempt) ended.push(attempt)
  }
  return ended
}

/** Whether only a receipt is missing, and was asked for not long ago. */
async function isVerified({ clock }: JobDeps, tx: Tx, { jobId, state, reason }: Attempt): Promise<boolean> {
  if (state !== 'verifying' || reason === null) return false
  const job = await createJobsStore(tx).get(jobId)
  return job?.state === 'verifying' && clock.now() - job.updatedAt < RECEIPT_HOLD_MS
}

/** So many jobs end together. */
const AT_ONCE = 100

/** Ends every job whose deadline has passed. Returns the attempts that were still running. */
export async function expireDeadlines(deps: JobDeps): Promise<Attempt[]> {
  const now = deps.clock.now()
  return [...(await expireAll(deps, ['queued', 'planned'], now)), ...(await expireAll(deps, ['leased', 'running'], now - DEADLINE_GRACE_MS))]
}

async function expireAll(deps: JobDeps, states: readonly JobState[], at: number): Promise<Attempt[]> {
  const ended: Attempt[] = []
  for (;;) {
    const overdue = await createJobsStore(deps.db).overdue(states, { at, limit: AT_ONCE })
    const attempts = await Promise.all(overdue.map((jobId) => expireOne(deps, jobId)))
    ended.push(...attempts.filter((attempt) => attempt !== null))
    if (overdue.length < AT_ONCE) return ended
  }
}

const expireOne = (deps: JobDeps, jobId: string): Promise<Attempt | null> =>
  transact(deps.db, async (tx) => {
    const job = await createJobsStore(tx).get(jobId)
    const changed = job && (await changeJob(deps, tx, { job, change: { type: 'deadline-passed' } }))
    return changed ? endOpenAttempt(deps, tx, { jobId, state: 'lost', reason: 'deadline' }) : null
  })
