import type { Lease } from '../../shared/contract/job.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Logger } from '../kernel/log.ts'
import { type ArrivalDeps, departureOf } from './jobs/checkpoint-travel.ts'
import type { AgentStores } from './stores.ts'

interface DepartureDeps {
  readonly stores: Pick<AgentStores, 'checkpoints' | 'outbox'>
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly giveBack: { readonly mayFetch: () => boolean }
}

/**
 * Puts what an attempt has left into the outbox, for the caller to put the end of the attempt behind it, so that the next node is given both.
 * What is too large, or may not be loaded over this network, stays here.
 */
export function queueHandover({ stores, clock, ids, log, giveBack }: DepartureDeps, lease: Lease): void {
  const { jobId, attemptId, leaseId, token } = lease
  const kept = stores.checkpoints.ofAttempt(attemptId)
  const departure = departureOf(lease, kept)
  if (departure === 'too-large') log.warn({ jobId, bytes: kept?.bytes }, 'what the job saved is too large for another machine; it stays on this one')
  if (departure !== 'hand-over') return
  if (giveBack.mayFetch()) stores.outbox.add(ids.next(), { kind: 'checkpoint', leaseId, token, attemptId }, clock.now())
  else log.info({ jobId }, 'what the job saved stays on this machine, because its network is metered')
}

/** Hex SHA-256 of what {@link queueHandover} would send of an attempt; `null` if it would send nothing. */
export function savedBy({ stores, giveBack }: Pick<DepartureDeps, 'stores' | 'giveBack'>, lease: Lease): string | null {
  const kept = stores.checkpoints.ofAttempt(lease.attemptId)
  return kept && departureOf(lease, kept) === 'hand-over' && giveBack.mayFetch() ? kept.sha256 : null
}

/** Token of the lease under which what lies here of a job came here; `null` if nothing does. */
export const createHereSince =
  ({ checkpoints, jobs }: Pick<AgentStores, 'checkpoints' | 'jobs'>): ArrivalDeps['hereSince'] =>
  (jobId) => {
    const kept = checkpoints.ofJob(jobId)
    return kept && jobs.tokenOf(kept.attemptId)
  }
