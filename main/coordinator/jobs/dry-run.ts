import type { JobSpec } from '../../../shared/contract/job.ts'
import type { PlanAnswer } from '../../../shared/contract/plan.ts'
import type { JobDeps, JobToPlan, PlanJobs, World } from './ports.ts'

/** Where and when a job would run if it were submitted now, beside all that waits and runs: it may have to wait for others, as they for it. */
export async function planBeside(
  { ids, plan }: Pick<JobDeps, 'ids'> & { readonly plan: PlanJobs },
  spec: JobSpec,
  { now, jobs, nodes }: World,
): Promise<PlanAnswer> {
  const jobId = ids.next()
  const restMs = Math.ceil(spec.expected.seconds * 1_000)
  const asked: JobToPlan = { jobId, spec, submittedAt: now, restMs, progress: 'fresh', runsOn: null, current: null, reroutes: 0, avoids: [] }
  const { outcome } = await plan({ now, jobs: [...jobs, asked], nodes })
  const found = outcome.find((one) => one.jobId === jobId)
  if (!found) throw new RangeError('the planner left a job out')
  return found.answer
}
