/** What a node's word about a lease comes to. Pure: whoever asks has read the job and its attempts in the transaction that acts on the answer. */
import type { YieldReason } from '../../../shared/contract/job.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Attempt } from './attempts.store.ts'
import type { Job, JobPatch } from './jobs.store.ts'
import { isProven, leaseStanding } from './leases.ts'
import { type Waiting, explainWindow } from './reasons.ts'
import { afterEnd } from './retrying.ts'
import { type JobChange, TERMINAL, standingOf as standingOfJob, transition } from './transition.ts'

export interface HeldAttempt {
  readonly job: Job
  readonly attempt: Attempt
}

export const standingOf = ({ job, attempt }: HeldAttempt, token: number): 'current' | 'late' | 'lost' =>
  leaseStanding({ token: attempt.token, attempt: attempt.state, job: job.state, jobToken: job.token }, token)

/**
 * A node says that an attempt ended without a result. `ends`: it does now · `repeated`: it was said before · `told-late`: its lease ran out long since, and
 * now it is known why · `lost`: it is not this node's to end.
 */
export function failureRuling(held: HeldAttempt | null, token: number): 'ends' | 'repeated' | 'told-late' | 'lost' {
  const known = held?.attempt.token === token ? held.attempt : null
  if (known?.state === 'failed') return 'repeated'
  if (known?.reason === 'lease.expired') return 'told-late'
  return held && standingOf(held, token) === 'current' ? 'ends' : 'lost'
}

/**
 * A node says that it holds a lease. `current`: it is renewed · `late`: it ran out and may be resumed, see {@link mayResume} · `proven`: its agent is about
 * to hear that the proof was accepted · `cancelled`, `lost`: it is to be dropped.
 */
export function renewalRuling(held: HeldAttempt | null, token: number): 'current' | 'late' | 'proven' | 'cancelled' | 'lost' {
  const standing = held ? standingOf(held, token) : 'lost'
  if (!held || standing !== 'lost') return standing
  if (isProven(held.attempt.state)) return 'proven'
  return held.job.state === 'cancelled' || held.job.state === 'expired' ? 'cancelled' : 'lost'
}

/** Whether a lease that ran out goes back to its node: the job still waits, and the node was given nothing since. `open`: what the node holds. */
export function mayResume(held: HeldAttempt | null, token: number, open: readonly Pick<Attempt, 'leasedAt'>[]): boolean {
  if (!held || standingOf(held, token) !== 'late') return false
  const { endedAt, leasedAt: heldSince } = held.attempt
  return !open.some(({ leasedAt }) => leasedAt >= (endedAt ?? heldSince))
}

/** What changes about a job with a change, its state included; `null` if the change is not possible from where it stands. */
export function moveOf(job: Job, { change, patch = {} }: { readonly change: JobChange; readonly patch?: JobPatch }, now: number): MovedJob | null {
  const next = transition(standingOfJob(job), change)
  if (!next) return null
  // What comes back has to be planned again.
  const unplanned = change.type === 'attempt-ended' || change.type === 'paused' || change.type === 'held' ? { plannedAt: null } : {}
  const over = TERMINAL.has(next.state) && job.confirmBy !== null ? { confirmBy: null } : {}
  return { ...unplanned, ...over, ...patch, ...next, updatedAt: now }
}

type MovedJob = JobPatch & Pick<Job, 'state' | 'reason' | 'message' | 'updatedAt'>

export interface AttemptEnd {
  readonly attempt: Attempt
  readonly state: 'given-back' | 'failed' | 'lost'
  readonly reason: string
  readonly message: string
  readonly retry: boolean
}

/** How an attempt ended, and when it had begun. */
type Ending = Omit<AttemptEnd, 'attempt'> & Pick<Attempt, 'startedAt'>

/** A machine waited too long to begin: nobody's doing, and it is not asked again for a while. */
export const UNBEGUN = { state: 'failed', reason: 'lease.unbegun', message: 'The machine that had this job could not begin it.', retry: true } as const

const PLANNED_END: YieldReason = 'plan'

/** What becomes of a job whose attempt has ended. `attempts`: all at the job, this one as it ended; `chance` is in [0, 1). */
export function endingOf(
  job: Job,
  { end: { state, reason, message, retry, startedAt }, attempts }: { readonly end: Ending; readonly attempts: readonly Attempt[] },
  { now, chance }: { readonly now: number; readonly chance: number },
): { readonly change: JobChange; readonly patch?: JobPatch } {
  const planned = retry && reason === PLANNED_END ? nextRunOf(job, now) : null
  if (planned) return { change: { type: 'paused', ...planned } }
  const { spec, deadlineAt, copy } = job
  const next = afterEnd({ ended: { state, reason, startedAt }, attempts, retry, message, spec, isDoable: copy > 1, deadlineAt }, now, chance)
  // What the coordinator has repeated must not fail for it: the result that is there counts before long.
  if (next.again === 'no' && job.confirmBy !== null)
    return {
      change: { type: 'attempt-ended', retry: true, reason: 'waiting.quorum', message: next.message },
      patch: { isBlocked: true, confirmBy: now, plan: null },
    }
  const change = { type: 'attempt-ended', retry: next.again !== 'no', reason, message: next.message } as const
  return next.again === 'later' ? { change, patch: { isBlocked: true, retryAt: next.at, plan: null } } : { change }
}

/** What a job waits for whose run is over and whose next one is planned; `null` if that was to begin by now. */
const nextRunOf = ({ plan }: Job, now: number): Waiting | null => (plan && fromIso(plan.window.from) > now ? explainWindow(plan, { now, hasRun: true }) : null)
