import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { changeJob } from './change.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import { type Renewals, isProven, leaseStanding } from './leases.ts'
import type { JobDeps } from './ports.ts'
import { type Waiting, explainWindow } from './reasons.ts'
import { afterEnd } from './retrying.ts'

export interface HeldAttempt {
  readonly job: Job
  readonly attempt: Attempt
}

/** The attempt behind a lease of this node, or `null` if the node never had such a lease. */
export async function attemptOfLease(db: Db | Tx, nodeId: string, leaseId: string): Promise<HeldAttempt | null> {
  const attempt = await createAttemptsStore(db).byLease(leaseId)
  if (attempt?.nodeId !== nodeId) return null
  const job = await createJobsStore(db).get(attempt.jobId)
  return job && { job, attempt }
}

export const standingOf = ({ job, attempt }: HeldAttempt, token: number): 'current' | 'late' | 'lost' =>
  leaseStanding({ token: attempt.token, attempt: attempt.state, job: job.state, jobToken: job.token }, token)

export interface LeaseClaim {
  readonly nodeId: string
  readonly leaseId: string
  readonly token: number
}

async function currentAttempt(tx: Tx, { nodeId, leaseId, token }: LeaseClaim): Promise<HeldAttempt> {
  const held = await attemptOfLease(tx, nodeId, leaseId)
  if (!held || standingOf(held, token) !== 'current')
    throw new WindfallError('lease.lost', 'This lease has ended or belongs to someone else. Drop the attempt.')
  return held
}

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
    if (known?.attempt.state === 'failed' && known.attempt.token === failure.token) return
    if (known?.attempt.reason === 'lease.expired' && known.attempt.token === failure.token) return tellLate(tx, known.attempt, failure)
    const { exitCode, reason, retry } = failure
    const { attempt } = await currentAttempt(tx, failure)
    await deps.decide(tx, 'attempt.failed', { attemptId: attempt.attemptId, nodeId: failure.nodeId, reason, exitCode, retry })
    await endAttempt(deps, tx, { attempt, state: 'failed', ...failure })
  })

/** A machine that was away when its lease ran out says afterwards why, which clears it of having been silent. Its job has gone on long since. */
async function tellLate(tx: Tx, { attemptId }: Attempt, { reason }: AttemptFailure): Promise<void> {
  await createAttemptsStore(tx).update(attemptId, { reason })
}

/** Ends one attempt and moves its job on, inside the caller's transaction. */
export async function endAttempt(
  deps: JobDeps,
  tx: Tx,
  end: { attempt: Attempt; state: 'given-back' | 'failed' | 'lost'; reason: string; message: string; retry: boolean },
): Promise<void> {
  const { attempt, state, reason, message, retry } = end
  const endedAt = deps.clock.now()
  const attempts = createAttemptsStore(tx)
  await attempts.update(attempt.attemptId, { state, reason, endedAt })
  const job = await createJobsStore(tx).get(attempt.jobId)
  if (!job) return
  const planned = retry && reason === PLANNED_END ? nextRunOf(job, endedAt) : null
  if (planned) return void (await changeJob(deps, tx, { job, change: { type: 'paused', ...planned } }))
  const { spec, deadlineAt, copy } = job
  const next = afterEnd(
    { ended: { state, reason }, attempts: await attempts.ofJob(job.jobId), retry, message, spec, isDoable: copy > 1, deadlineAt },
    endedAt,
    deps.chance(),
  )
  // What the coordinator has repeated must not fail for it: the result that is there counts before long.
  if (next.again === 'no' && job.confirmBy !== null) return giveUpRepeating(deps, tx, { job, message: next.message, now: endedAt })
  const change = { type: 'attempt-ended', retry: next.again !== 'no', reason, message: next.message } as const
  await changeJob(deps, tx, { job, change, ...(next.again === 'later' ? { patch: { isBlocked: true, retryAt: next.at, plan: null } } : {}) })
}

async function giveUpRepeating(
  deps: JobDeps,
  tx: Tx,
  { job, message, now }: { readonly job: Job; readonly message: string; readonly now: number },
): Promise<void> {
  const change = { type: 'attempt-ended', retry: true, reason: 'waiting.quorum', message } as const
  await changeJob(deps, tx, { job, change, patch: { isBlocked: true, confirmBy: now, plan: null } })
}

const PLANNED_END: YieldReason = 'plan'

/** What a job waits for whose run is over and whose next one is planned; `null` if that was to begin by now. */
const nextRunOf = ({ plan }: Job, now: number): Waiting | null => (plan && fromIso(plan.window.from) > now ? explainWindow(plan, { now, hasRun: true }) : null)

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
    if (!held || standingOf(held, claim.token) !== 'late') return false
    const { job, attempt } = held
    const endedAt = attempt.endedAt ?? attempt.leasedAt
    if ((await attempts.openOfNode(claim.nodeId)).some(({ leasedAt }) => leasedAt >= endedAt)) return false
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

/** Renews what the agent lists and still holds, takes up again what it may hold again, and names what it must drop or end. */
export async function renewLeases(
  deps: JobDeps,
  renewals: Renewals,
  { nodeId, running }: { readonly nodeId: string; readonly running: Presence['running'] },
): Promise<Dropped> {
  const dropped: Dropped = { lost: [], cancelled: [], yields: [] }
  for (const { leaseId, token } of running) {
    await renewals.handedOver(leaseId)
    const held = await attemptOfLease(deps.db, nodeId, leaseId)
    const standing = held ? standingOf(held, token) : 'lost'
    if (standing === 'current' || (standing === 'late' && (await resumeAttempt(deps, { nodeId, leaseId, token })))) {
      renewals.renew(leaseId)
      const reason = standing === 'current' ? held?.attempt.askedBack : null
      if (reason) dropped.yields.push({ leaseId, reason })
    }
    // A proven attempt is not lost: its agent is about to hear that the proof was accepted.
    else if (!held || !isProven(held.attempt.state))
      (held?.job.state === 'cancelled' || held?.job.state === 'expired' ? dropped.cancelled : dropped.lost).push(leaseId)
  }
  return dropped
}
