import type { Lease } from '../../../shared/contract/job.ts'
import { fromIso } from '../../../shared/units.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { changeJob } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import type { Candidate, JobDeps } from './ports.ts'
import { leaseOf } from './view.ts'

/** Whether the planned node may be given the job now: its window is near, it is there, it is willing and it holds nothing else. */
export function isDue(job: Pick<Job, 'state' | 'plan'>, node: Candidate | undefined, now: number): boolean {
  if (job.state !== 'planned' || !job.plan || !node) return false
  return fromIso(job.plan.window.from) - now <= LEASE_LEAD_MS && fromIso(job.plan.window.to) > now && node.online && node.ready && !node.busy
}

/** Hands a planned job to its node with the next fencing token. `null` if the job or the node is no longer free. */
export const leaseJob = (deps: JobDeps, jobId: string): Promise<Lease | null> =>
  transact(deps.db, async (tx) => {
    const job = await createJobsStore(tx).get(jobId)
    const attempts = createAttemptsStore(tx)
    if (!job?.plan || (await attempts.openOfNode(job.plan.nodeId)).length > 0) return null
    const { plan } = job
    const token = job.token + 1
    const leased = await changeJob(deps, tx, { job, change: { type: 'leased' }, patch: { token } })
    if (!leased) return null
    const leasedAt = deps.clock.now()
    const attempt = { attemptId: deps.ids.next(), leaseId: deps.ids.next(), jobId, nodeId: plan.nodeId, token, plan, leasedAt }
    await attempts.add(attempt)
    await deps.decide(tx, 'lease', { jobId, attemptId: attempt.attemptId, leaseId: attempt.leaseId, nodeId: plan.nodeId, token })
    const checkpoint = await createCheckpointsStore(tx).ofJob(jobId)
    return leaseOf(leased, { ...attempt, state: 'leased', startedAt: null, endedAt: null, reason: null }, { ttlMs: deps.leaseTtlMs, checkpoint })
  })

/** Whether a node holds a job that runs the archive with this digest. */
export async function holdsArchive(db: Db, nodeId: string, digest: string): Promise<boolean> {
  for (const { jobId } of await createAttemptsStore(db).openOfNode(nodeId))
    if ((await createJobsStore(db).get(jobId))?.spec.runtime.archive === digest) return true
  return false
}

/** Leases a node holds and has not begun: offered again whenever it asks, because a push may have been lost. */
export async function offeredLeases(db: Db, nodeId: string, ttlMs: number): Promise<Lease[]> {
  const open = (await createAttemptsStore(db).openOfNode(nodeId)).filter(({ state }) => state === 'leased')
  const leases = await Promise.all(
    open.map(async (attempt) => {
      const job = await createJobsStore(db).get(attempt.jobId)
      return job ? [leaseOf(job, attempt, { ttlMs, checkpoint: await createCheckpointsStore(db).ofJob(attempt.jobId) })] : []
    }),
  )
  return leases.flat()
}
