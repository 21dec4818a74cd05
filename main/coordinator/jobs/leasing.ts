import type { Lease } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { type PlaceKind, placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { changeJob } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { leaveLine } from './fairness/standing.ts'
import { createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS, type Renewals } from './leases.ts'
import type { JobDeps, KnownNode, Matched, Push } from './ports.ts'
import { leaseOf } from './view.ts'

export interface LeasingDeps extends JobDeps {
  readonly push: Pick<Push, 'lease' | 'cancel'>
  readonly renewals: Pick<Renewals, 'renew' | 'handOver' | 'forget'>
  /** The next fencing token: higher than every one before it, whoever gave that out. Error: `storage.fenced`. */
  readonly nextToken: () => number
}

/** Places of one kind that a node's leases take. */
async function placesTaken(tx: Tx, nodeId: string, kind: PlaceKind): Promise<number> {
  let taken = 0
  for (const { jobId } of await createAttemptsStore(tx).openOfNode(nodeId)) {
    const job = await createJobsStore(tx).get(jobId)
    taken += job && placeKindFor(job.spec.needs) === kind ? placesFor(job.spec.needs) : 0
  }
  return taken
}

/** Which node takes a job; `choice` says why that one if it is not the one of the plan. */
export interface Taker {
  readonly jobId: string
  readonly node: Pick<KnownNode, 'nodeId' | 'capabilities'>
  readonly choice: Matched['choice'] | null
}

/** The plan as it is carried out: on the node that takes it, and from now on if it was to begin later. */
function carriedOut(plan: Plan, nodeId: string, now: number): Plan {
  const [first, ...others] = plan.runs
  if (!first || fromIso(first.from) - now <= LEASE_LEAD_MS) return { ...plan, nodeId }
  const run = { from: toIso(now), to: toIso(now + fromIso(first.to) - fromIso(first.from)) }
  return { ...plan, nodeId, runs: [run, ...others], window: { from: run.from, to: others.at(-1)?.to ?? run.to } }
}

async function writeLease(deps: LeasingDeps, tx: Tx, { jobId, node: { nodeId, capabilities }, choice }: Taker): Promise<Lease | 'full' | 'moved-on'> {
  const job = await createJobsStore(tx).get(jobId)
  if (job?.state !== 'planned' || !job.plan || (choice === null && job.plan.nodeId !== nodeId)) return 'moved-on'
  const { needs } = job.spec
  const kind = placeKindFor(needs)
  if ((await placesTaken(tx, nodeId, kind)) + placesFor(needs) > placesOf(capabilities, kind)) return 'full'
  const leasedAt = deps.clock.now()
  const [token, plan] = [deps.nextToken(), carriedOut(job.plan, nodeId, leasedAt)]
  const leased = await changeJob(deps, tx, { job, change: { type: 'leased' }, patch: { token, plan } })
  if (!leased) return 'moved-on'
  await leaveLine(tx, job)
  const attempt = { attemptId: deps.ids.next(), leaseId: deps.ids.next(), jobId, nodeId, token, plan, leasedAt }
  await createAttemptsStore(tx).add(attempt)
  const { attemptId, leaseId } = attempt
  if (choice) await deps.choose(tx, { kind: 'match', subject: { kind: 'job', id: jobId }, also: [{ kind: 'node', id: nodeId }], ...choice })
  await deps.decide(tx, 'lease', { jobId, attemptId, leaseId, nodeId, token })
  const checkpoint = await createCheckpointsStore(tx).ofJob(jobId)
  return leaseOf(leased, { ...attempt, state: 'leased', startedAt: null, endedAt: null, reason: null, askedBack: null }, { ttlMs: deps.leaseTtlMs, checkpoint })
}

/**
 * Hands a planned job to a node that is capable of it, with the next fencing token, and tells the node. `full`: its place is still taken ·
 * `moved-on`: it no longer waits for this.
 *
 * A soft lease is on its way while it is being written: if that fails, the node is told that it has lost it, and if this process ends before, nobody
 * knows the lease and its token is never given again. A durable one is written first, so that its job runs nowhere unless the coordinator knows.
 */
export async function leaseJob(deps: LeasingDeps, taker: Taker): Promise<Lease | 'full' | 'moved-on'> {
  const { nodeId } = taker.node
  const offered: Lease[] = []
  const offer = (lease: Lease): void => {
    offered.push(lease)
    deps.renewals.renew(lease.leaseId)
    deps.push.lease(nodeId, lease)
  }
  const written = transact(deps.db, async (tx) => {
    const given = await writeLease(deps, tx, taker)
    if (typeof given !== 'string' && given.spec.lease !== 'durable') {
      deps.renewals.handOver(given.leaseId, written)
      offer(given)
    }
    return given
  })
  try {
    const given = await written
    if (typeof given !== 'string' && offered.length === 0) offer(given)
    return given
  } catch (error) {
    for (const { leaseId } of offered) {
      deps.renewals.forget(leaseId)
      deps.push.cancel(nodeId, { leaseId, reason: 'lost' })
    }
    throw error
  }
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
