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

/** Ends every job whose deadline has passed. Returns the attempts that were still running. */
export async function expireDeadlines(deps: JobDeps): Promise<Attempt[]> {
  const now = deps.clock.now()
  const jobs = createJobsStore(deps.db)
  const overdue = [...(await jobs.overdue(['queued', 'planned'], now)), ...(await jobs.overdue(['leased', 'running'], now - DEADLINE_GRACE_MS))]
  const ended: Attempt[] = []
  for (const jobId of overdue) {
    const attempt = await transact(deps.db, async (tx) => {
      const job = await createJobsStore(tx).get(jobId)
      const changed = job && (await changeJob(deps, tx, { job, change: { type: 'deadline-passed' } }))
      return changed ? endOpenAttempt(deps, tx, { jobId, state: 'lost', reason: 'deadline' }) : null
    })
    if (attempt) ended.push(attempt)
  }
  return ended
}
