import type { JobState } from '../../../shared/contract/job.ts'
import type { WaitingReason } from '../../../shared/domain/waiting-reasons.ts'

export type JobChange =
  | { readonly type: 'planned'; readonly reason: WaitingReason; readonly message: string }
  | { readonly type: 'unplaced'; readonly reason: WaitingReason; readonly message: string }
  | { readonly type: 'leased' }
  | { readonly type: 'started' }
  /** An agent that was silent for too long is back, and nobody else was given the job. */
  | { readonly type: 'resumed' }
  | { readonly type: 'proof-arrived' }
  /** The proof holds, but its receipt cannot be written yet. */
  | { readonly type: 'receipt-waits'; readonly reason: string; readonly message: string }
  | { readonly type: 'accepted' }
  /** Its result is proven, and compared with others before any of them counts. */
  | { readonly type: 'held'; readonly message: string }
  /** A result that waited for others counts without them. */
  | { readonly type: 'unconfirmed'; readonly message: string }
  /** Too few of its results agree. */
  | { readonly type: 'undecided'; readonly message: string }
  /** `retry`: it is tried again. */
  | { readonly type: 'attempt-ended'; readonly retry: boolean; readonly reason: string; readonly message: string }
  /** Given back when its run was over, to go on in the next one. */
  | { readonly type: 'paused'; readonly reason: WaitingReason; readonly message: string }
  /** What it was to run after did not complete. */
  | { readonly type: 'predecessor-failed'; readonly message: string }
  | { readonly type: 'deadline-passed' }
  | { readonly type: 'cancelled' }

export interface JobStanding {
  readonly state: JobState
  /** Whether any node was ever given it: what was done in any attempt may still be proven. */
  readonly wasLeased: boolean
}

/** A token comes with the first lease, and stays. */
export const standingOf = ({ state, token }: { readonly state: JobState; readonly token: number }): JobStanding => ({ state, wasLeased: token > 0 })

export interface NextStanding {
  readonly state: JobState
  /** Machine-readable: why it waits or why it ended. */
  readonly reason: string | null
  readonly message: string | null
}

const FROM: Readonly<Record<JobChange['type'], readonly JobState[]>> = {
  planned: ['queued', 'planned'],
  unplaced: ['queued', 'planned'],
  leased: ['planned'],
  started: ['leased', 'running', 'verifying'],
  resumed: ['queued', 'planned'],
  // A waiting job may still be proven: its lease ran out, the work arrived late, and nobody else has been given it.
  'proof-arrived': ['queued', 'planned', 'leased', 'running', 'verifying'],
  'receipt-waits': ['verifying'],
  accepted: ['verifying'],
  held: ['verifying'],
  unconfirmed: ['queued', 'planned', 'leased', 'running'],
  undecided: ['queued', 'planned', 'leased', 'running', 'verifying'],
  'attempt-ended': ['leased', 'running', 'verifying'],
  paused: ['leased', 'running'],
  'predecessor-failed': ['queued'],
  // From here on the work is done and only our own check is missing; it is finished, whoever asks.
  'deadline-passed': ['queued', 'planned', 'leased', 'running'],
  cancelled: ['queued', 'planned', 'leased', 'running'],
}

export const TERMINAL: ReadonlySet<JobState> = new Set<JobState>(['completed', 'failed', 'expired', 'cancelled'])

/**
 * The life of a job: queued → planned → leased → running → verifying → completed | failed | expired | cancelled.
 * `null` means the change is not possible from here and nothing may happen.
 */
export function transition({ state, wasLeased }: JobStanding, change: JobChange): NextStanding | null {
  const needsLease = change.type === 'proof-arrived' || change.type === 'resumed'
  if (!FROM[change.type].includes(state) || (needsLease && !wasLeased)) return null
  switch (change.type) {
    case 'planned':
    case 'paused':
      return { state: 'planned', reason: change.reason, message: change.message }
    case 'unplaced':
      return { state: 'queued', reason: change.reason, message: change.message }
    case 'leased':
      return { state: 'leased', reason: null, message: null }
    case 'started':
      return { state: state === 'verifying' ? 'verifying' : 'running', reason: null, message: null }
    case 'resumed':
      return { state: 'running', reason: null, message: null }
    case 'proof-arrived':
      return { state: 'verifying', reason: null, message: null }
    case 'receipt-waits':
      return { state: 'verifying', reason: change.reason, message: change.message }
    case 'accepted':
      return { state: 'completed', reason: null, message: null }
    case 'held':
      return { state: 'queued', reason: 'waiting.quorum', message: change.message }
    case 'unconfirmed':
      return { state: 'completed', reason: 'quorum.unconfirmed', message: change.message }
    case 'attempt-ended':
      return change.retry
        ? { state: 'queued', reason: 'waiting.retry', message: change.message }
        : { state: 'failed', reason: change.reason, message: change.message }
    case 'undecided':
      return { state: 'failed', reason: 'quorum.undecided', message: change.message }
    case 'predecessor-failed':
      return { state: 'failed', reason: 'after.failed', message: change.message }
    case 'deadline-passed':
      return { state: 'expired', reason: 'deadline', message: 'The deadline passed before the job was done.' }
    case 'cancelled':
      return { state: 'cancelled', reason: 'requester', message: 'The requester cancelled this job.' }
    default:
      return change satisfies never
  }
}
