import type { JobState, YieldReason } from '../../../shared/contract/job.ts'
import type { AttemptState } from '../persistence/tables/jobs.ts'
import type { Clock } from '../../kernel/clock.ts'

/** A lease is handed out this long before its window opens, so that the node can fetch what it needs. */
export const LEASE_LEAD_MS = 30_000
/** Work that ended before the deadline may still arrive this long after it. */
export const DEADLINE_GRACE_MS = 60_000

/** Verified work keeps its lease this long after its receipt was last tried: the node may be away, but the work is done. */
export const RECEIPT_HOLD_MS = 3_600_000

export const OPEN_ATTEMPTS = ['leased', 'running', 'verifying'] as const satisfies readonly AttemptState[]
export const isOpen = (state: AttemptState): boolean => (OPEN_ATTEMPTS as readonly AttemptState[]).includes(state)

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
  const isFixed = lease.attempt === 'succeeded' || lease.attempt === 'given-back'
  const isRejected = isFixed || lease.attempt === 'verifying' || (reason?.startsWith('proof.') ?? false)
  return !isRejected && (lease.job === 'queued' || lease.job === 'planned')
}

export interface Renewals {
  readonly renew: (leaseId: string) => void
  /** True once a lease has not been renewed for `ttlMs`. The first question about an unknown lease renews it. */
  readonly isExpired: (leaseId: string) => boolean
  /** Its job is asked back, and asked for again whenever its node reports that it still runs. */
  readonly askBack: (leaseId: string, reason: YieldReason) => void
  readonly askedBack: (leaseId: string) => YieldReason | null
  readonly forget: (leaseId: string) => void
}

/**
 * When each lease was renewed, on a clock that never jumps, and which are asked back, in memory: renewal writes nothing,
 * and after a restart every lease has its full time again.
 */
export function createRenewals(clock: Pick<Clock, 'monotonic'>, ttlMs: number): Renewals {
  const renewed = new Map<string, number>()
  const asked = new Map<string, YieldReason>()
  return {
    renew: (leaseId) => {
      renewed.set(leaseId, clock.monotonic())
    },
    isExpired(leaseId) {
      const at = renewed.get(leaseId)
      if (at === undefined) renewed.set(leaseId, clock.monotonic())
      return at !== undefined && clock.monotonic() - at >= ttlMs
    },
    askBack: (leaseId, reason) => {
      asked.set(leaseId, reason)
    },
    askedBack: (leaseId) => asked.get(leaseId) ?? null,
    forget: (leaseId) => {
      asked.delete(leaseId)
      renewed.delete(leaseId)
    },
  }
}
