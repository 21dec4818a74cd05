import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import type { StoredJob } from './jobs/jobs.store.ts'
import type { Runner } from './jobs/runner.ts'
import type { Meter } from './metering/meter.ts'
import type { OwnerPolicy } from './owner-policy.ts'
import type { AgentStores } from './stores.ts'

interface ShownDeps {
  readonly stores: Pick<AgentStores, 'jobs'>
  readonly policy: Pick<OwnerPolicy, 'reasons'>
  readonly meter: Pick<Meter, 'soFar'>
}

/** A job as its owner should see it: one that rests says why. */
export function shownJob({ stores, policy }: ShownDeps, runner: Pick<Runner, 'resting'>, { lease }: Pick<StoredJob, 'lease'>): AgentJob | null {
  const job = stores.jobs.get(lease.leaseId)
  const message = job && runner.resting(job.leaseId)
  return job && message ? { ...job, code: policy.reasons()[0]?.code ?? 'ceiling', message } : job
}

/** The same of one at work, with its devices and what it has drawn up to now. */
export function shownAtWork(deps: ShownDeps, runner: Pick<Runner, 'resting' | 'working'>, stored: Pick<StoredJob, 'lease'>): RunningJob | null {
  const job = shownJob(deps, runner, stored)
  if (job === null) return null
  const drawn = deps.meter.soFar(job.attemptId)
  const energy = drawn && { joules: drawn.boardJ, method: drawn.method, uncertaintyPct: drawn.uncertaintyPct }
  const deviceIds = runner.working().find(({ lease }) => lease.leaseId === job.leaseId)?.deviceIds ?? []
  return { ...job, ...energy, deviceIds: [...deviceIds] }
}

/** How far a running job has come, by its expected length; never quite done before it is. */
export function progressOf<Job extends AgentJob>(job: Job, now: number): Job {
  if (job.state !== 'running' || job.startedAt === null) return job
  return { ...job, progress: Math.min(0.99, Math.max(0, (now - Date.parse(job.startedAt)) / 1_000 / job.expectedSeconds)) }
}
