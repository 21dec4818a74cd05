/** How far an attempt is, for its owner; and its end without a proof, which the coordinator hears of. */
import type { Lease } from '../../../shared/contract/job.ts'
import type { Failure } from './failure.ts'
import type { AgentJobState } from './jobs.store.ts'
import type { AttemptDeps } from './attempt-deps.ts'

export function enter(deps: Pick<AttemptDeps, 'jobs' | 'changed'>, lease: Lease, state: AgentJobState, startedAt?: number): void {
  deps.jobs.update(lease.leaseId, { state, code: null, message: null, ...(startedAt === undefined ? {} : { startedAt }) })
  deps.changed()
}

/** Ends an attempt without a proof; its state and the report of it are one. */
export function fail(deps: Pick<AttemptDeps, 'atomically' | 'jobs' | 'reportFailure' | 'clock' | 'changed'>, lease: Lease, failure: Failure): void {
  deps.atomically(() => {
    deps.jobs.update(lease.leaseId, { state: 'failed', code: failure.reason, message: failure.message, endedAt: deps.clock.now() })
    deps.reportFailure(lease, failure)
  })
  deps.changed()
}

/** Leaves a lease waiting, with the reason in words. */
export function waitFor(deps: Pick<AttemptDeps, 'jobs' | 'changed'>, { leaseId }: Lease, why: { readonly code: string; readonly message: string }): void {
  const { code, message } = why
  const known = deps.jobs.get(leaseId)
  if (known?.state === 'waiting' && known.code === code && known.message === message) return
  deps.jobs.update(leaseId, { state: 'waiting', code, message })
  deps.changed()
}

export const isCancelled = ({ jobs }: Pick<AttemptDeps, 'jobs'>, lease: Lease): boolean =>
  ['cancelled', 'lost'].includes(jobs.get(lease.leaseId)?.state ?? 'lost')
