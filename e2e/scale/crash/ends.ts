import { type Clock, systemClock } from '../../../main/kernel/clock.ts'
import type { JobView } from '../../../shared/contract/job.ts'
import type { CoordinatorClient, World } from './world.ts'

const LOOK_MS = 200
/** Nothing that goes on stands still for so long. */
const STANDSTILL_MS = 60_000
const FINAL: readonly JobView['state'][] = ['completed', 'failed', 'expired', 'cancelled']

/** What was done once and only once. A job may fail here: one that lost its node three times does. */
function problemOf({ jobId, state, attempts, receiptIds }: JobView): string | null {
  const succeeded = attempts.filter((attempt) => attempt.state === 'succeeded').length
  const wanted = state === 'completed' ? 1 : 0
  if (succeeded === wanted && receiptIds.length === wanted) return null
  return `Job ${jobId} is ${state}, with ${succeeded} runs that succeeded and ${receiptIds.length} receipts.`
}

async function endOf(client: CoordinatorClient, jobId: string): Promise<JobView | null> {
  try {
    const job = await client.call('getJob', { jobId })
    return FINAL.includes(job.state) ? job : null
  } catch {
    return null
  }
}

/** Waits until every job has ended and of every proof that was kept something was heard, and looks at how they ended. */
export async function untilEnded(client: CoordinatorClient, world: World, clock: Pick<Clock, 'monotonic' | 'sleep'> = systemClock): Promise<void> {
  const open = new Set(world.jobs)
  const { signal } = new AbortController()
  for (let progressAt = clock.monotonic(); open.size > 0 || world.kept.size > 0; await clock.sleep(LOOK_MS, signal)) {
    for (const jobId of open) {
      const job = await endOf(client, jobId)
      if (!job) continue
      open.delete(jobId)
      progressAt = clock.monotonic()
      const problem = problemOf(job)
      if (problem) world.problems.push(problem)
    }
    if (clock.monotonic() - progressAt < STANDSTILL_MS) continue
    world.problems.push(`${open.size} jobs never ended, and nothing was heard of ${world.kept.size} proofs that were kept.`)
    return
  }
}
