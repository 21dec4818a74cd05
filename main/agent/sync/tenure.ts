import type { Lease } from '../../../shared/contract/job.ts'
import type { Clock } from '../../kernel/clock.ts'

/** Which leases the coordinator has confirmed lately. */
export interface Tenure {
  /** The coordinator has just given these leases, or taken note that they are held. */
  readonly confirm: (leaseIds: readonly string[]) => void
  /** What speaks against starting this lease now; `null` if it is held beyond doubt. */
  readonly objection: (lease: Lease) => { readonly code: string; readonly message: string } | null
}

const REMEMBERED = 256
const UNCONFIRMED = {
  code: 'offline',
  message: 'The coordinator has not confirmed for a while that this job is still for this machine. It starts once it has.',
} as const

/**
 * A lease ends `ttlMs` after it was last renewed, on any clock, so it must not start later: by then another machine may have the job.
 * In memory, on a clock that never jumps: after a restart the coordinator is asked first.
 */
export function createTenure(clock: Pick<Clock, 'monotonic'>): Tenure {
  const confirmed = new Map<string, number>()
  return {
    confirm(leaseIds) {
      for (const leaseId of leaseIds) {
        confirmed.delete(leaseId)
        confirmed.set(leaseId, clock.monotonic())
      }
      for (const leaseId of confirmed.keys()) if (confirmed.size > REMEMBERED) confirmed.delete(leaseId)
    },
    objection({ leaseId, ttlMs }) {
      const at = confirmed.get(leaseId)
      return at !== undefined && clock.monotonic() - at < ttlMs ? null : UNCONFIRMED
    },
  }
}
