/** How a submitted proof moves a job; every function runs inside the transaction of the one who checks the proof. */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { attemptOfLease, endAttempt } from './attempts.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { changeJob, recordMove } from './change.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import { isOpen } from './leases.ts'
import type { JobDeps } from './ports.ts'
import { moveOf, standingOf } from './rulings.ts'

/** What a proof is compared with. Times are epoch milliseconds. */
export interface AttemptUnderProof {
  readonly jobId: string
  readonly requesterId: string
  readonly attemptId: string
  readonly leaseId: string
  readonly spec: JobSpec
  readonly plan: Plan
  readonly submittedAt: number
  readonly leasedAt: number
  readonly standing: 'current' | 'late' | 'lost'
  /** Hex SHA-256 of the checkpoint that was handed over under this lease and that the job would go on from; `null` if there is none. */
  readonly saved: string | null
  /** Which result of the job it makes, from 1 on. */
  readonly copy: number
  /** So many results have to agree. */
  readonly agree: number
}

/** `null` if this node never had this lease. */
export async function attemptUnderProof(
  db: Db | Tx,
  { nodeId, leaseId, token }: { nodeId: string; leaseId: string; token: number },
): Promise<AttemptUnderProof | null> {
  const held = await attemptOfLease(db, nodeId, leaseId)
  if (!held) return null
  const { job, attempt } = held
  const { jobId, requesterId, spec, submittedAt, copy, agree } = job
  const checkpoint = await createCheckpointsStore(db).ofJob(jobId)
  return {
    jobId,
    requesterId,
    spec,
    submittedAt,
    copy,
    agree,
    leaseId,
    attemptId: attempt.attemptId,
    plan: attempt.plan,
    leasedAt: attempt.leasedAt,
    standing: standingOf(held, token),
    saved: checkpoint?.token === token ? checkpoint.sha256 : null,
  }
}

async function heldBy(tx: Tx, leaseId: string) {
  const attempt = await createAttemptsStore(tx).byLease(leaseId)
  const job = attempt && (await createJobsStore(tx).get(attempt.jobId))
  if (!attempt || !job) throw new WindfallError('lease.lost', 'This lease has ended.')
  return { attempt, job }
}

/** A proof that may be true has arrived: the job is being verified. */
export async function beginVerification(deps: JobDeps, tx: Tx, leaseId: string): Promise<void> {
  const { attempt, job } = await heldBy(tx, leaseId)
  // Tried again: what it waits for stays on show meanwhile.
  if (attempt.state === 'verifying' && job.state === 'verifying') return
  const changed = await changeJob(deps, tx, { job, change: { type: 'proof-arrived' } })
  if (!changed) throw unwanted(job)
  await createAttemptsStore(tx).update(attempt.attemptId, { state: 'verifying', startedAt: attempt.startedAt ?? attempt.leasedAt, reason: null })
}

/** The work is verified and only its receipt is missing: the requester sees why. Whoever submits the proof again tries again. */
export async function awaitReceipt(deps: JobDeps, tx: Tx, { leaseId, reason, message }: { leaseId: string; reason: string; message: string }): Promise<void> {
  const { attempt, job } = await heldBy(tx, leaseId)
  const changed = await changeJob(deps, tx, { job, change: { type: 'receipt-waits', reason, message: message.slice(0, 500) } })
  if (!changed) return
  await createAttemptsStore(tx).update(attempt.attemptId, { reason })
  if (job.reason !== reason) await deps.decide(tx, 'receipt.waits', { jobId: job.jobId, attemptId: attempt.attemptId, reason })
}

export interface VerifiedResult {
  readonly leaseId: string
  readonly outputSha256: string
  readonly receiptIds: readonly string[]
  readonly priceMicroUsd: bigint
  /** When the run began by its proof, epoch milliseconds: nodes tell some seconds later. */
  readonly begunAt?: number
}

const unwanted = ({ jobId, state }: Job): WindfallError => new WindfallError('proof.lease', `Job ${jobId} is ${state}; its result is no longer wanted.`)

/** The job as it is once its proof has arrived: on record, and written with what becomes of it in the same transaction. */
async function underVerification(deps: JobDeps, tx: Tx, job: Job): Promise<Job> {
  const moved = moveOf(job, { change: { type: 'proof-arrived' } }, deps.clock.now())
  if (!moved) throw unwanted(job)
  if (moved.state !== job.state) await recordMove(deps, tx, job, moved)
  return { ...job, ...moved }
}

/** The proof holds: the attempt has succeeded and the job is done, whether or not it was being verified before. */
export async function completeJob(deps: JobDeps, tx: Tx, { leaseId, begunAt, ...result }: VerifiedResult): Promise<void> {
  const { attempt, job: before } = await heldBy(tx, leaseId)
  const job = await underVerification(deps, tx, before)
  const changed = await changeJob(deps, tx, { job, change: { type: 'accepted' }, patch: { ...result, receiptId: result.receiptIds.at(-1) ?? null } })
  if (!changed) throw unwanted(job)
  const toldAt = attempt.startedAt ?? attempt.leasedAt
  const startedAt = begunAt === undefined ? toldAt : Math.min(toldAt, Math.max(attempt.leasedAt, begunAt))
  await createAttemptsStore(tx).update(attempt.attemptId, { state: 'succeeded', startedAt, endedAt: deps.clock.now(), reason: null })
}

/** The result is wrong: the attempt has failed and the job begins again, because what led to it may be wrong as well. Nothing happens if the attempt is over. */
export async function rejectResult(deps: JobDeps, tx: Tx, { leaseId, reason, message }: { leaseId: string; reason: string; message: string }): Promise<void> {
  const { attempt } = await heldBy(tx, leaseId)
  if (!isOpen(attempt.state)) return
  await createCheckpointsStore(tx).remove(attempt.jobId)
  await createAttemptsStore(tx).forgetSaved(attempt.jobId)
  await endAttempt(deps, tx, { attempt, state: 'failed', reason, message, retry: true })
}

export interface GivenBack {
  readonly leaseId: string
  readonly reason: string
  readonly message: string
  readonly ranMs: number
}

/**
 * The run of an attempt is proven and its job goes on from what it saved. `ranMs`: run time of all its proven runs, this one included. A late one
 * leaves the job as it is, which waits already.
 */
export async function giveBackRun(deps: JobDeps, tx: Tx, { leaseId, reason, message, ranMs }: GivenBack): Promise<void> {
  const { attempt } = await heldBy(tx, leaseId)
  if (!isOpen(attempt.state)) return createAttemptsStore(tx).update(attempt.attemptId, { state: 'given-back', reason })
  const said = `It has run for ${minutesOf(ranMs)} and goes on later from its checkpoint. ${message}`.slice(0, 500)
  await endAttempt(deps, tx, { attempt, state: 'given-back', reason, message: said, retry: true })
}

const minutesOf = (ms: number): string => (ms < 60_000 ? 'less than a minute' : `${Math.floor(ms / 60_000)} min`)

/** The proven runs of a job that its requester cancelled are paid. */
export const recordPaid = (tx: Tx, jobId: string, { receiptIds, priceMicroUsd }: Omit<VerifiedResult, 'leaseId' | 'outputSha256'>): Promise<void> =>
  createJobsStore(tx).update(jobId, { receiptIds, receiptId: receiptIds.at(-1) ?? null, priceMicroUsd })
