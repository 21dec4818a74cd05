import { createAfterStore } from './after/after.store.ts'
import { isOpen } from './leases.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type Job, type JobPatch, createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { moveOf } from './rulings.ts'
import { type JobChange, TERMINAL } from './transition.ts'
import type { Tx } from '../persistence/database.ts'

/** What it takes to move a job. */
export type ChangeDeps = Pick<JobDeps, 'clock' | 'money' | 'endRuns' | 'decide'>

/** The audit entry of a job that goes from one state to another. */
export const recordMove = (
  { decide }: Pick<ChangeDeps, 'decide'>,
  tx: Tx,
  { jobId, state }: Pick<Job, 'jobId' | 'state'>,
  next: Pick<Job, 'state' | 'reason'>,
) => decide(tx, `job.${next.state}`, { jobId, from: state, reason: next.reason })

/** Moves a job if the change is possible from where it stands, with its money and its audit entry. `null` if it is not. */
export async function changeJob(deps: ChangeDeps, tx: Tx, { job, change, patch = {} }: { job: Job; change: JobChange; patch?: JobPatch }): Promise<Job | null> {
  const changed = moveOf(job, { change, patch }, deps.clock.now())
  if (!changed) return null
  await createJobsStore(tx).update(job.jobId, changed)
  const { state } = changed
  if ((state === 'failed' || state === 'expired' || state === 'cancelled') && (await deps.endRuns(tx, { jobId: job.jobId, state })) === 'free')
    await deps.money.release(tx, job)
  if (TERMINAL.has(state)) {
    await createCheckpointsStore(tx).remove(job.jobId)
    await createAfterStore(tx).ended([job.jobId], job.array?.arrayId ?? null)
  }
  if (state !== job.state) await recordMove(deps, tx, job, changed)
  return { ...job, ...changed }
}

/** Ends the attempt that holds the job, if there is one. Returns it, so that its agent can be told. */
export async function endOpenAttempt(
  deps: ChangeDeps,
  tx: Tx,
  { jobId, state, reason }: { jobId: string; state: 'failed' | 'lost'; reason: string },
): Promise<Attempt | null> {
  const store = createAttemptsStore(tx)
  const open = (await store.ofJob(jobId)).find((attempt) => isOpen(attempt.state))
  if (!open) return null
  await store.update(open.attemptId, { state, reason, endedAt: deps.clock.now() })
  return open
}
