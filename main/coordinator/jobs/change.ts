import { createAfterStore } from './after/after.store.ts'
import { isOpen } from './leases.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { type Job, type JobPatch, createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'
import { type JobChange, TERMINAL, standingOf, transition } from './transition.ts'
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
  const next = transition(standingOf(job), change)
  if (!next) return null
  // What comes back has to be planned again.
  const unplanned = change.type === 'attempt-ended' || change.type === 'paused' || change.type === 'held' ? { plannedAt: null } : {}
  const over = TERMINAL.has(next.state) && job.confirmBy !== null ? { confirmBy: null } : {}
  const changed = { ...unplanned, ...over, ...patch, ...next, updatedAt: deps.clock.now() }
  await createJobsStore(tx).update(job.jobId, changed)
  const { state } = next
  if ((state === 'failed' || state === 'expired' || state === 'cancelled') && (await deps.endRuns(tx, { jobId: job.jobId, state })) === 'free')
    await deps.money.release(tx, job)
  if (TERMINAL.has(next.state)) {
    await createCheckpointsStore(tx).remove(job.jobId)
    await createAfterStore(tx).ended([job.jobId], job.array?.arrayId ?? null)
  }
  if (next.state !== job.state) await recordMove(deps, tx, job, next)
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
