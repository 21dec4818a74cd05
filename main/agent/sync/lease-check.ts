import type { Lease } from '../../../shared/contract/job.ts'
import { fromIso } from '../../../shared/units.ts'

export interface LeaseQuery {
  readonly nodeId: string
  readonly zone: string
  /** Epoch milliseconds, as the coordinator has them. */
  readonly now: number
}

/** Leases come shortly before their window opens, and no plan looks further ahead than this. */
const FURTHEST_MS = 7 * 86_400_000
/** Longer, and a job whose node has died would not be given to another one. */
const LONGEST_TTL_MS = 86_400_000

/** Why a lease is not taken on, whoever signed for it; `null` if it may be. What its numbers may be is checked where it is parsed. */
export function leaseProblem({ plan, window, spec, ttlMs }: Lease, { nodeId, zone, now }: LeaseQuery): string | null {
  const [from, to, deadline] = [fromIso(window.from), fromIso(window.to), fromIso(spec.deadline)]
  if (plan.nodeId !== nodeId) return 'it was planned for another node'
  if (spec.zones && !spec.zones.includes(zone)) return 'its data may not come to this zone'
  if (to <= from) return 'its window ends before it begins'
  if (from > deadline) return 'its window begins after its deadline'
  if (deadline <= now) return 'its deadline has passed'
  if (from - now > FURTHEST_MS) return 'its window is too far ahead'
  return ttlMs > LONGEST_TTL_MS ? 'it would never end' : null
}
