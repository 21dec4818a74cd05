import type { Lease } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { recordMove } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { leaveLine } from './fairness/standing.ts'
import { placeOf } from './place.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS, type Renewals } from './leases.ts'
import type { JobDeps, KnownNode, Matched, Push } from './ports.ts'
import { createTogetherStore } from './together.store.ts'
import { leaseOf } from './view.ts'

export interface LeasingDeps extends JobDeps {
  readonly push: Pick<Push, 'lease' | 'cancel'>
  readonly renewals: Pick<Renewals, 'renew' | 'handOver' | 'forget'>
  /** The next fencing token: higher than every one before it, whoever gave that out. Error: `storage.fenced`. */
  readonly nextToken: () => number
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

/** A lease as it was written · `full`: its place is still taken · `moved-on`: its job no longer waits for this. */
export type Given = Lease | 'full' | 'moved-on'

interface Taking {
  readonly taker: Taker
  readonly job: Job
  readonly attempt: Attempt
}

/** One after another, each with the places in mind that those before it have taken. */
function takeInTurn(deps: LeasingDeps, takers: readonly Taker[], { jobs, taken }: { jobs: Map<string, Job>; taken: Map<string, number> }) {
  const leasedAt = deps.clock.now()
  return takers.map((taker): Taking | 'full' | 'moved-on' => {
    const { jobId, node, choice } = taker
    const { nodeId } = node
    const job = jobs.get(jobId)
    if (job?.state !== 'planned' || !job.plan || (choice === null && job.plan.nodeId !== nodeId)) return 'moved-on'
    const kind = placeKindFor(job.spec.needs)
    const more = (taken.get(placeOf(nodeId, kind)) ?? 0) + placesFor(job.spec.needs)
    if (more > placesOf(node.capabilities, kind)) return 'full'
    taken.set(placeOf(nodeId, kind), more)
    jobs.delete(jobId)
    const [plan, token] = [carriedOut(job.plan, nodeId, leasedAt), deps.nextToken()]
    const ids = { attemptId: deps.ids.next(), leaseId: deps.ids.next(), jobId, nodeId }
    return { taker, job, attempt: { ...ids, token, plan, leasedAt, state: 'leased', startedAt: null, endedAt: null, reason: null, askedBack: null } }
  })
}

async function writeLeases(deps: LeasingDeps, tx: Tx, takers: readonly Taker[]): Promise<Given[]> {
  const store = createTogetherStore(tx)
  const jobs = await store.jobs(takers.map(({ jobId }) => jobId))
  const taken = await store.placesTaken(takers.map(({ node }) => node.nodeId))
  const takings = takeInTurn(deps, takers, { jobs, taken })
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
