/** Whether a job is tried again after an attempt has ended, and when. Pure; times are epoch milliseconds. */
import { type JobSpec, YieldReason } from '../../../shared/contract/job.ts'
import { ReasonCode } from '../../../shared/contract/policy.ts'
import { toIso } from '../../../shared/units.ts'
import { type Attempt, isUnheard } from './attempts.store.ts'
import { TOOK_BACK } from './leases.ts'

/** A job is tried this often on machines that fail it before it counts as failed. */
export const MAX_ATTEMPTS = 3

/** The pause after the first failure of a job itself; doubled with each one after it. */
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 1_800_000

type Ended = Pick<Attempt, 'state' | 'reason'> & Partial<Pick<Attempt, 'startedAt'>>

/** Whose doing it was that an attempt ended: `nobody` where an owner has the machine back or a coordinator the job, for that may be at any time. */
export type Cause = 'nobody' | 'machine' | 'job'

const NOBODYS: ReadonlySet<string> = new Set(['agent.stopped', 'lease.unbegun', 'node.removed', 'node.quarantined', TOOK_BACK])

export function causeOf({ state, reason, startedAt }: Ended): Cause {
  // A machine that has left answers for nothing: otherwise a fleet that falls asleep fails every job that waits.
  if (reason === 'lease.expired' && isUnheard({ state, startedAt })) return 'nobody'
  if (state === 'given-back' || state === 'held' || NOBODYS.has(reason ?? '') || ReasonCode.safeParse(reason).success || YieldReason.safeParse(reason).success)
    return 'nobody'
  return reason?.startsWith('job.') ? 'job' : 'machine'
}

/**
 * How long a job rests after so many failures of its own: a pause that doubles, of which chance takes up to half away, so that jobs which failed together
 * do not come back together. `chance` is in [0, 1).
 */
export const pauseMs = (failures: number, chance: number): number =>
  Math.round((1 - chance / 2) * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16)))

export interface EndedAttempt {
  readonly ended: Ended
  /** All attempts at the job, this one included. */
  readonly attempts: readonly Ended[]
  /** What its node says: whether another machine could do better. */
  readonly retry: boolean
  readonly message: string
  readonly spec: Pick<JobSpec, 'retries'>
  /** Others have done the job, so it is not its own doing if it fails. */
  readonly isDoable: boolean
  readonly deadlineAt: number
}

export type Next = { readonly again: 'no' | 'at-once'; readonly message: string } | { readonly again: 'later'; readonly at: number; readonly message: string }

/**
 * A job that its machine failed goes to another one at once, {@link MAX_ATTEMPTS} times in all; one that failed by itself rests and is tried again as often
 * as its requester wants; and what is nobody's doing uses up nothing.
 */
export function afterEnd({ ended, attempts, retry, message, spec, isDoable, deadlineAt }: EndedAttempt, now: number, chance: number): Next {
  const found = (attempt: Ended): Cause => (isDoable && causeOf(attempt) === 'job' ? 'machine' : causeOf(attempt))
  const cause = found(ended)
  const alike = attempts.filter((attempt) => found(attempt) === cause).length
  if (cause !== 'job') return { again: (retry || isDoable) && (cause === 'nobody' || alike < MAX_ATTEMPTS) ? 'at-once' : 'no', message }
  const retries = spec.retries ?? 0
  if (alike > retries) return { again: 'no', message: retries === 0 ? message : `${message} It was tried ${alike} times.` }
  const at = now + pauseMs(alike, chance)
  if (at >= deadlineAt) return { again: 'no', message: `${message} Another try would come after its deadline.` }
  return { again: 'later', at, message: `${message} Try ${alike + 1} of ${retries + 1} begins at ${toIso(at)} or later.`.slice(-500) }
}
