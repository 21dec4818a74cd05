/** How jobs and attempts change: by the rules of the product, in a transaction of the database that is simulated. */
import type { Attempt } from '../../../main/coordinator/jobs/attempts.store.ts'
import type { Job } from '../../../main/coordinator/jobs/jobs.store.ts'
import { isOpen } from '../../../main/coordinator/jobs/leases.ts'
import { endingOf } from '../../../main/coordinator/jobs/rulings.ts'
import type { JobChange } from '../../../main/coordinator/jobs/transition.ts'
import { money } from './books.ts'
import type { Tx } from './database.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

/** Everything that one round works with. */
export interface Round {
  readonly world: World
  readonly replica: Replica
  readonly tx: Tx
  readonly now: number
}

export const openAttempts = ({ tables }: Pick<Tx, 'tables'>): Attempt[] => [...tables.attempts.values()].filter(({ state }) => isOpen(state))

/** Moves a job as the product would, with its money. */
export function move(
  { world, tx, now }: Omit<Round, 'replica'>,
  job: Job,
  change: JobChange,
  patch: Parameters<World['rules']['moveOf']>[1]['patch'] = {},
): Job | null {
  const moved = world.rules.moveOf(job, { change, patch }, now)
  if (!moved) return null
  const next = { ...job, ...moved }
  tx.put('jobs', job.jobId, next)
  if (next.state !== job.state) world.trace.note('job', job.jobId, job.state, next.state)
  if (next.state === 'failed' || next.state === 'expired' || next.state === 'cancelled') money(tx).release(next)
  return next
}

export function endAttempt(
  round: Omit<Round, 'replica'>,
  attempt: Attempt,
  { message = '', ...end }: { readonly state: 'failed' | 'lost'; readonly reason: string; readonly message?: string; readonly retry: boolean },
): void {
  const { tx, now, world } = round
  world.trace.note('attempt', attempt.leaseId, attempt.nodeId, end.state, end.reason)
  tx.put('attempts', attempt.leaseId, { ...attempt, state: end.state, reason: end.reason, endedAt: now })
  const job = tx.tables.jobs.get(attempt.jobId)
  if (!job) return
  const attempts = [...tx.tables.attempts.values()].filter(({ jobId }) => jobId === job.jobId)
  const { change, patch } = endingOf(job, { end: { ...end, message, startedAt: attempt.startedAt }, attempts }, { now, chance: world.random('pauses').next() })
  move(round, job, change, patch)
}
