import type { Lease } from '../../../shared/contract/job.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { recordMove } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { leaveLine } from './fairness/standing.ts'
import { createJobsStore } from './jobs.store.ts'
import type { Renewals } from './leases.ts'
import type { JobDeps, Push } from './ports.ts'
import { type Taker, type Taking, takeInTurn } from './taking.ts'
import { createTogetherStore } from './together.store.ts'
import { leaseOf } from './view.ts'

export interface LeasingDeps extends JobDeps {
  readonly push: Pick<Push, 'lease' | 'cancel'>
  readonly renewals: Pick<Renewals, 'renew' | 'handOver' | 'forget'>
  /** The next fencing token: higher than every one before it, whoever gave that out. Error: `storage.fenced`. */
  readonly nextToken: () => number
}

/** A lease as it was written · `full`: its place is still taken · `moved-on`: its job no longer waits for this. */
export type Given = Lease | 'full' | 'moved-on'

async function writeLeases(deps: LeasingDeps, tx: Tx, takers: readonly Taker[]): Promise<Given[]> {
  const store = createTogetherStore(tx)
  const jobs = await store.jobs(takers.map(({ jobId }) => jobId))
  const taken = await store.placesTaken(takers.map(({ node }) => node.nodeId))
  const takings = takeInTurn({ ...deps, now: deps.clock.now() }, takers, { jobs, taken })
  const leased = takings.flatMap((taking) => (typeof taking === 'string' ? [] : [taking]))
  await store.leased(leased.map(({ attempt: { jobId, token, plan, leasedAt } }) => ({ jobId, token, plan, updatedAt: leasedAt })))
  await leaveLine(
    tx,
    leased.map(({ job }) => job),
  )
  await store.addAttempts(leased.map(({ attempt }) => attempt))
  for (const taking of leased) await recordLease(deps, tx, taking)
  return Promise.all(takings.map(async (taking) => (typeof taking === 'string' ? taking : toLease(deps, tx, taking))))
}

async function recordLease(deps: LeasingDeps, tx: Tx, { taker: { choice }, job, attempt }: Taking): Promise<void> {
  const { jobId, attemptId, leaseId, nodeId, token } = attempt
  await recordMove(deps, tx, job, { state: 'leased', reason: null })
  if (choice) await deps.choose(tx, { kind: 'match', subject: { kind: 'job', id: jobId }, also: [{ kind: 'node', id: nodeId }], ...choice })
  await deps.decide(tx, 'lease', { jobId, attemptId, leaseId, nodeId, token })
}

async function toLease({ leaseTtlMs: ttlMs }: LeasingDeps, tx: Tx, { job, attempt }: Taking): Promise<Lease> {
  // A job that was never leased has saved nothing.
  const checkpoint = job.token === 0 ? null : await createCheckpointsStore(tx).ofJob(job.jobId)
  return leaseOf(job, attempt, { ttlMs, checkpoint })
}

/**
 * Hands planned jobs to nodes that are capable of them, each with the next fencing token, and tells the nodes. They are written together, or none of them.
 *
 * A soft lease is on its way while it is being written: if that fails, the node is told that it has lost it, and if this process ends before, nobody
 * knows the lease and its token is never given again. A durable one is written first, so that its job runs nowhere unless the coordinator knows.
 */
export async function leaseJobs(deps: LeasingDeps, takers: readonly Taker[]): Promise<readonly Given[]> {
  const offered = new Map<string, string>()
  const offer = (given: Given, index: number): void => {
    const nodeId = takers[index]?.node.nodeId
    if (typeof given === 'string' || nodeId === undefined || offered.has(given.leaseId)) return
    offered.set(given.leaseId, nodeId)
    deps.renewals.renew(given.leaseId)
    deps.push.lease(nodeId, given)
  }
  const written = transact(deps.db, async (tx) => {
    const all = await writeLeases(deps, tx, takers)
    for (const [index, given] of all.entries()) {
      if (typeof given === 'string' || given.spec.lease === 'durable') continue
      deps.renewals.handOver(given.leaseId, written)
      offer(given, index)
    }
    return all
  })
  try {
    const all = await written
    all.forEach(offer)
    return all
  } catch (error) {
    for (const [leaseId, nodeId] of offered) {
      deps.renewals.forget(leaseId)
      deps.push.cancel(nodeId, { leaseId, reason: 'lost' })
    }
    throw error
  }
}

/** The same for one. */
export async function leaseJob(deps: LeasingDeps, taker: Taker): Promise<Given> {
  const [given = 'moved-on'] = await leaseJobs(deps, [taker])
  return given
}

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
