import type { Lease } from '../../../shared/contract/job.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import { type PlaceKind, placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { changeJob } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { leaseOf } from './view.ts'

/** Places of one kind that a node's leases take. */
async function placesTaken(tx: Tx, nodeId: string, kind: PlaceKind): Promise<number> {
  let taken = 0
  for (const { jobId } of await createAttemptsStore(tx).openOfNode(nodeId)) {
    const job = await createJobsStore(tx).get(jobId)
    taken += job && placeKindFor(job.spec.needs) === kind ? placesFor(job.spec.needs) : 0
  }
  return taken
}

/**
 * Hands a planned job to its node, which is capable of this, with the next fencing token. `full`: its place is still taken · `moved-on`: it no
 * longer waits for this.
 */
export const leaseJob = (
  deps: JobDeps,
  { jobId, capabilities }: { readonly jobId: string; readonly capabilities: Pick<Capabilities, 'gpus'> },
): Promise<Lease | 'full' | 'moved-on'> =>
  transact(deps.db, async (tx) => {
    const job = await createJobsStore(tx).get(jobId)
    if (job?.state !== 'planned' || !job.plan) return 'moved-on'
    const { plan } = job
    const { needs } = job.spec
    const kind = placeKindFor(needs)
    if ((await placesTaken(tx, plan.nodeId, kind)) + placesFor(needs) > placesOf(capabilities, kind)) return 'full'
    const token = job.token + 1
    const leased = await changeJob(deps, tx, { job, change: { type: 'leased' }, patch: { token } })
    if (!leased) return 'moved-on'
    const leasedAt = deps.clock.now()
    const attempt = { attemptId: deps.ids.next(), leaseId: deps.ids.next(), jobId, nodeId: plan.nodeId, token, plan, leasedAt }
    await createAttemptsStore(tx).add(attempt)
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
