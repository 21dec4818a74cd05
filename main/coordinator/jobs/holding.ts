/** How results that are compared move a job and the attempts at it; every function runs inside the transaction of the one who compares them. */
import { WindfallError } from '../../../shared/errors.ts'
import type { Tx } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { changeJob, endOpenAttempt } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import type { VerifiedResult } from './verification.ts'

export interface HeldResult {
  readonly leaseId: string
  readonly agree: number
  /** Epoch milliseconds; `null` if its requester wants to wait. */
  readonly confirmBy: number | null
  readonly message: string
}

const gone = (jobId: string, state: string) => new WindfallError('proof.lease', `Job ${jobId} is ${state}; its result is no longer wanted.`)

/** The result is proven and waits for others: the job begins again elsewhere, at its start. */
export async function holdResult(deps: JobDeps, tx: Tx, { leaseId, agree, confirmBy, message }: HeldResult): Promise<void> {
  const attempts = createAttemptsStore(tx)
  const attempt = await attempts.byLease(leaseId)
  const job = attempt && (await createJobsStore(tx).get(attempt.jobId))
  if (!attempt || !job) throw new WindfallError('lease.lost', 'This lease has ended.')
  await createCheckpointsStore(tx).remove(job.jobId)
  await attempts.forgetSaved(job.jobId)
  const change = { type: 'held', message: message.slice(0, 500) } as const
  const changed = await changeJob(deps, tx, { job, change, patch: { copy: job.copy + 1, agree, confirmBy, plan: null } })
  if (!changed) throw gone(job.jobId, job.state)
  await attempts.update(attempt.attemptId, { state: 'held', endedAt: deps.clock.now(), reason: null })
}

export interface JudgedResult {
  readonly leaseId: string
  readonly is: 'right' | 'wrong' | 'neither'
}

/** What became of results that waited. */
export async function judgeHeld(tx: Tx, results: readonly JudgedResult[]): Promise<void> {
  const attempts = createAttemptsStore(tx)
  for (const { leaseId, is } of results) {
    const attempt = await attempts.byLease(leaseId)
    if (attempt?.state !== 'held') continue
    const end =
      is === 'right' ? ({ state: 'succeeded' } as const) : ({ state: 'failed', reason: is === 'wrong' ? 'quorum.differs' : 'quorum.undecided' } as const)
    await attempts.update(attempt.attemptId, end)
  }
}

/** Nobody can say which result is right. Returns the attempt that was under way, so that its agent can be told. */
export async function failUndecided(deps: JobDeps, tx: Tx, { jobId, message }: { readonly jobId: string; readonly message: string }): Promise<Attempt | null> {
  const job = await createJobsStore(tx).get(jobId)
  const changed = job && (await changeJob(deps, tx, { job, change: { type: 'undecided', message: message.slice(0, 500) } }))
  if (!changed) throw gone(jobId, job?.state ?? 'gone')
  return endOpenAttempt(deps, tx, { jobId, state: 'failed', reason: 'quorum.undecided' })
}

export interface UnconfirmedResult extends Omit<VerifiedResult, 'leaseId' | 'begunAt'> {
  readonly jobId: string
  readonly message: string
}

/** A result counts although nobody has repeated it. Returns the attempt at that, if one was under way. */
export async function completeUnconfirmed(deps: JobDeps, tx: Tx, { jobId, message, ...result }: UnconfirmedResult): Promise<Attempt | null> {
  const job = await createJobsStore(tx).get(jobId)
  const patch = { ...result, receiptId: result.receiptIds.at(-1) ?? null }
  const changed = job && (await changeJob(deps, tx, { job, change: { type: 'unconfirmed', message }, patch }))
  if (!changed) throw gone(jobId, job?.state ?? 'gone')
  return endOpenAttempt(deps, tx, { jobId, state: 'lost', reason: 'quorum.unconfirmed' })
}
