import type { JobState } from '../../../shared/contract/job.ts'
import type { AttemptState } from '../persistence/tables/jobs.ts'
import type { Clock } from '../../kernel/clock.ts'

/** A lease is handed out this long before its window opens, so that the node can fetch what it needs. */
export const LEASE_LEAD_MS = 30_000
/** Work that ended before the deadline may still arrive this long after it. */
export const DEADLINE_GRACE_MS = 60_000

/** Verified work keeps its lease this long after its receipt was last tried: the node may be away, but the work is done. */
export const RECEIPT_HOLD_MS = 3_600_000

/** Why an attempt ended whose job an operator took back. */
export const TOOK_BACK = 'operator.took-back'

export const OPEN_ATTEMPTS = ['leased', 'running', 'verifying'] as const satisfies readonly AttemptState[]
export const isOpen = (state: AttemptState): boolean => (OPEN_ATTEMPTS as readonly AttemptState[]).includes(state)

/** What was done under the lease is proven. */
export const isProven = (state: AttemptState): boolean => state === 'succeeded' || state === 'given-back' || state === 'held'

/** Jobs that wait or are at work. */
export const UNFINISHED = ['queued', 'planned', 'leased', 'running', 'verifying'] as const satisfies readonly JobState[]

export interface HeldLease {
  readonly token: number
  readonly attempt: AttemptState
  readonly job: JobState
  /** Highest token of the job: a lower one has been fenced off. */
  readonly jobToken: number
}

/**
 * What a token is worth. `late`: the lease ran out, but the job still waits and nobody else has been given it,
 * so work that was done is not thrown away. `lost`: anything else.
 */
export function leaseStanding(lease: HeldLease, token: number): 'current' | 'late' | 'lost' {
  if (token !== lease.token || token !== lease.jobToken) return 'lost'
  if (isOpen(lease.attempt)) return 'current'
  return lease.attempt === 'lost' && (lease.job === 'queued' || lease.job === 'planned') ? 'late' : 'lost'
}

/**
 * Whether what was saved under a lease may become what its job goes on from: nobody was given the job since, it has not ended, and the attempt
 * was not found to be wrong. `token` is what the node claims, `reason` why the attempt ended.
 */
export function mayHandOver(lease: HeldLease, { token, reason }: { readonly token: number; readonly reason: string | null }): boolean {
  if (token !== lease.token || token !== lease.jobToken) return false
  if (lease.attempt === 'leased' || lease.attempt === 'running') return lease.job === 'leased' || lease.job === 'running'
  // Of a run that is proven, what it saved is what its proof says.
  const isRejected = isProven(lease.attempt) || lease.attempt === 'verifying' || (reason?.startsWith('proof.') ?? false)
  return !isRejected && (lease.job === 'queued' || lease.job === 'planned')
}

export interface Renewals {
  readonly renew: (leaseId: string) => void
  /** True once a lease has not been renewed for `ttlMs`. The first question about an unknown lease renews it. */
  readonly isExpired: (leaseId: string) => boolean
  /** Its node says whether it waits still to begin. True once it has said so for {@link BEGIN_PATIENCE_MS} on end. */
  readonly waitsTooLong: (leaseId: string, isWaiting: boolean) => boolean
  readonly forget: (leaseId: string) => void
  /** Every lease has its full time again. */
  readonly forgetAll: () => void
  /** Its node may know of it before it is written; `written` is settled when it is, or will never be. */
  readonly handOver: (leaseId: string, written: Promise<unknown>) => void
  /** Until nobody can know of a lease without the database knowing it. Never rejects. */
  readonly handedOver: (leaseId: string) => Promise<void>
}

/** A machine that cannot begin, because its owner is back or its clock is wrong, may be so for hours, while another one could. */
const BEGIN_PATIENCE_MS = 600_000

/** Nobody asks about a lease for so long after it was last renewed. */
const RENEWAL_KEPT_MS = 2 * RECEIPT_HOLD_MS

/** When each lease was renewed, on a clock that never jumps, in memory: renewal writes nothing, and after a restart every lease has its full time again. */
export function createRenewals(clock: Pick<Clock, 'monotonic'>, ttlMs: number): Renewals {
  const renewed = new Map<string, number>()
  const waitingSince = new Map<string, number>()
  const onTheWay = new Map<string, Promise<void>>()
  // In the order of renewal. A replica that does not end leases is never told that one has ended.
  const renew = (leaseId: string) => {
    renewed.delete(leaseId)
    renewed.set(leaseId, clock.monotonic())
    for (const [oldest, at] of renewed) {
      if (clock.monotonic() - at < RENEWAL_KEPT_MS) break
      renewed.delete(oldest)
      waitingSince.delete(oldest)
    }
  }
  return {
    renew,
    isExpired(leaseId) {
      const at = renewed.get(leaseId)
      if (at === undefined) renew(leaseId)
      return at !== undefined && clock.monotonic() - at >= ttlMs
    },
    waitsTooLong(leaseId, isWaiting) {
      const since = waitingSince.get(leaseId) ?? clock.monotonic()
      if (isWaiting) waitingSince.set(leaseId, since)
      else waitingSince.delete(leaseId)
      return isWaiting && clock.monotonic() - since >= BEGIN_PATIENCE_MS
    },
    forget(leaseId) {
      renewed.delete(leaseId)
      waitingSince.delete(leaseId)
    },
    forgetAll() {
      renewed.clear()
      waitingSince.clear()
    },
    handOver(leaseId, written) {
      const over = (): void => void onTheWay.delete(leaseId)
      onTheWay.set(leaseId, written.then(over, over))
    },
    handedOver: async (leaseId) => onTheWay.get(leaseId),
  }
}
