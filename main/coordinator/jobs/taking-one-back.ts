import { WindfallError } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { endAttempt } from './attempts.ts'
import { changeJob } from './change.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import { UNLOOKED } from './after/settling.ts'
import { TOOK_BACK, isOpen } from './leases.ts'
import type { JobDeps } from './ports.ts'

export interface TakeBackOrder {
  readonly jobId: string
  readonly by: string
  readonly reason: string
}

const MESSAGE = 'An operator took it back from the machine that had it.'

const WHY_NOT: Partial<Record<Job['state'], string>> = {
  queued: 'waits already',
  verifying: 'has been done, and what it came to is being checked',
}

/**
 * Takes a job that is planned, leased or running back to the queue. What its machine still hands in counts no more, and is no fault of it; it is not asked
 * again for a while. Returns the attempt that ended, whose agent is to be told. Errors: `not-found`, `conflict`.
 */
export const takeOneBack = (deps: JobDeps, { jobId, by, reason }: TakeBackOrder): Promise<Attempt | null> =>
  transact(deps.db, async (tx) => {
    const job = await createJobsStore(tx).get(jobId)
    if (!job) throw new WindfallError('not-found', `There is no job ${jobId}.`)
    const open = (await createAttemptsStore(tx).ofJob(jobId)).find(({ state }) => isOpen(state)) ?? null
    const isDone = open === null ? await unplan(deps, tx, job) : await endLease(deps, tx, open)
    if (!isDone) throw new WindfallError('conflict', `Job ${jobId} ${WHY_NOT[job.state] ?? `is ${job.state}`}: there is nothing to take back.`)
    await deps.decide(tx, 'job.taken-back', { jobId, ...(open ? { nodeId: open.nodeId } : {}), from: job.state, by, reason })
    return open
  })

async function unplan(deps: JobDeps, tx: Tx, job: Job): Promise<boolean> {
  if (job.state !== 'planned') return false
  const change = { type: 'unplaced', reason: 'waiting.plan', message: UNLOOKED } as const
  return (await changeJob(deps, tx, { job, change, patch: { plan: null, plannedAt: null } })) !== null
}

async function endLease(deps: JobDeps, tx: Tx, attempt: Attempt): Promise<boolean> {
  if (attempt.state === 'verifying') return false
  await endAttempt(deps, tx, { attempt, state: 'failed', reason: TOOK_BACK, message: MESSAGE, retry: true })
  return true
}
