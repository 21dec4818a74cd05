import { transact } from '../persistence/database.ts'
import { createJobsStore } from './jobs.store.ts'
import type { JobDeps } from './ports.ts'

const AT_ONCE = 200

/** Lets those be planned again that failed by themselves and have rested. */
export async function endPauses({ db, clock }: Pick<JobDeps, 'db' | 'clock'>): Promise<void> {
  const rested = await createJobsStore(db).rested(clock.now(), AT_ONCE)
  if (rested.length === 0) return
  await transact(db, async (tx) => {
    const jobs = createJobsStore(tx)
    for (const jobId of rested) {
      const job = await jobs.get(jobId)
      if (!job || job.retryAt === null) continue
      await jobs.update(jobId, { retryAt: null, ...(job.state === 'queued' ? { isBlocked: false } : {}) })
    }
  })
}
