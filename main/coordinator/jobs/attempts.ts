import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { changeJob } from './change.ts'
import { createJobsStore } from './jobs.store.ts'
import type { Renewals } from './leases.ts'
import type { JobDeps } from './ports.ts'
import { type AttemptEnd, type HeldAttempt, UNBEGUN, endingOf, failureRuling, mayResume, renewalRuling, standingOf } from './rulings.ts'

/** The attempt behind a lease of this node, or `null` if the node never had such a lease. */
export async function attemptOfLease(db: Db | Tx, nodeId: string, leaseId: string): Promise<HeldAttempt | null> {
  const attempt = await createAttemptsStore(db).byLease(leaseId)
  if (attempt?.nodeId !== nodeId) return null
  const job = await createJobsStore(db).get(attempt.jobId)
  return job && { job, attempt }
}

export interface LeaseClaim {
  readonly nodeId: string
  readonly leaseId: string
  readonly token: number
}

async function currentAttempt(tx: Tx, { nodeId, leaseId, token }: LeaseClaim): Promise<HeldAttempt> {
  const held = await attemptOfLease(tx, nodeId, leaseId)
  if (!held || standingOf(held, token) !== 'current') throw lost()
  return held
}

const lost = () => new WindfallError('lease.lost', 'This lease has ended or belongs to someone else. Drop the attempt.')

/** The agent has begun. Repeating it is harmless. Error: `lease.lost`. */
export const startAttempt = (deps: JobDeps, claim: LeaseClaim): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { job, attempt } = await currentAttempt(tx, claim)
    if (attempt.state !== 'leased') return
    await createAttemptsStore(tx).update(attempt.attemptId, { state: 'running', startedAt: deps.clock.now() })
    await changeJob(deps, tx, { job, change: { type: 'started' } })
  })

export interface AttemptFailure extends LeaseClaim {
  readonly reason: string
  readonly message: string
  readonly exitCode: number | null
  readonly retry: boolean
}

/** The attempt ended without a result: the job goes back to the queue or fails. Repeating it is harmless. Error: `lease.lost`. */
export const failAttempt = (deps: JobDeps, failure: AttemptFailure): Promise<void> =>
  transact(deps.db, async (tx) => {
    const known = await attemptOfLease(tx, failure.nodeId, failure.leaseId)
    const ruling = failureRuling(known, failure.token)
    if (ruling === 'repeated') return
    if (!known || ruling === 'lost') throw lost()
    if (ruling === 'told-late') return tellLate(tx, known.attempt, failure)
    const { attempt } = known
    const { exitCode, reason, retry } = failure
    await deps.decide(tx, 'attempt.failed', { attemptId: attempt.attemptId, nodeId: failure.nodeId, reason, exitCode, retry })
    await endAttempt(deps, tx, { attempt, state: 'failed', ...failure })
  })

/** A machine that was away when its lease ran out says afterwards why, which clears it of having been silent. Its job has gone on long since. */
async function tellLate(tx: Tx, { attemptId }: Attempt, { reason }: AttemptFailure): Promise<void> {
  await createAttemptsStore(tx).update(attemptId, { reason })
}

/** Ends one attempt and moves its job on, inside the caller's transaction. */
export async function endAttempt(deps: JobDeps, tx: Tx, { attempt, ...end }: AttemptEnd): Promise<void> {
  const now = deps.clock.now()
  const attempts = createAttemptsStore(tx)
  await attempts.update(attempt.attemptId, { state: end.state, reason: end.reason, endedAt: now })
  const job = await createJobsStore(tx).get(attempt.jobId)
  if (job)
    await changeJob(deps, tx, {
      job,
      ...endingOf(job, { end: { ...end, startedAt: attempt.startedAt }, attempts: await attempts.ofJob(job.jobId) }, { now, chance: deps.chance() }),
    })
}

/** What an agent says it holds and no longer does, or is to end. */
export interface Dropped {
  readonly lost: string[]
  readonly cancelled: string[]
  readonly yields: { readonly leaseId: string; readonly reason: YieldReason }[]
}

/** Gives a lease that ran out back to its node, if the job still waits and the node was given nothing since. */
const resumeAttempt = (deps: JobDeps, claim: LeaseClaim): Promise<boolean> =>
  transact(deps.db, async (tx) => {
    const held = await attemptOfLease(tx, claim.nodeId, claim.leaseId)
    const attempts = createAttemptsStore(tx)
    if (!held || !mayResume(held, claim.token, await attempts.openOfNode(claim.nodeId))) return false
    const { job, attempt } = held
    if (!(await changeJob(deps, tx, { job, change: { type: 'resumed' } }))) return false
    await attempts.update(attempt.attemptId, {
      state: 'running',
      startedAt: attempt.startedAt ?? attempt.leasedAt,
      endedAt: null,
      reason: null,
      askedBack: null,
    })
    await deps.decide(tx, 'lease.resumed', { jobId: job.jobId, attemptId: attempt.attemptId, nodeId: claim.nodeId, token: claim.token })
    return true
  })

/** Gives a job to another machine that its own one has not begun in all this time. Nothing happens if its proof has arrived just now. */
const endUnbegun = (deps: JobDeps, claim: LeaseClaim): Promise<void> =>
  transact(deps.db, async (tx) => {
    const held = await attemptOfLease(tx, claim.nodeId, claim.leaseId)
    // One that was resumed counts as running, whether or not its machine had begun it.
    if (!held || held.attempt.state === 'verifying' || standingOf(held, claim.token) !== 'current') return
    await endAttempt(deps, tx, { attempt: held.attempt, ...UNBEGUN })
  })

/** Renews what the agent lists and still holds, takes up again what it may hold again, and names what it must drop or end. */
export async function renewLeases(
  deps: JobDeps,
  renewals: Renewals,
  { nodeId, running }: { readonly nodeId: string; readonly running: Presence['running'] },
): Promise<Dropped> {
  const dropped: Dropped = { lost: [], cancelled: [], yields: [] }
  for (const { leaseId, token, state } of running) {
    await renewals.handedOver(leaseId)
    const held = await attemptOfLease(deps.db, nodeId, leaseId)
    const ruling = renewalRuling(held, token)
    if (ruling === 'current' && renewals.waitsTooLong(leaseId, state === 'waiting')) {
      await endUnbegun(deps, { nodeId, leaseId, token })
      renewals.forget(leaseId)
      dropped.lost.push(leaseId)
    } else if (ruling === 'current' || (ruling === 'late' && (await resumeAttempt(deps, { nodeId, leaseId, token })))) {
      renewals.renew(leaseId)
      const reason = ruling === 'current' ? held?.attempt.askedBack : null
      if (reason) dropped.yields.push({ leaseId, reason })
    } else if (ruling !== 'proven') (ruling === 'cancelled' ? dropped.cancelled : dropped.lost).push(leaseId)
  }
  return dropped
}
