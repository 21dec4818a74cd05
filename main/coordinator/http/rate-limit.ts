import type { Clock } from '../../kernel/clock.ts'

export interface RateLimitRule {
  readonly perSecond: number
  /** How many may come at once after a quiet time. */
  readonly burst: number
}

/** How many callers are remembered; beyond it the one that has been quiet longest is forgotten. */
const MAX_CALLERS = 50_000

/** Takes `cost` from what a caller has, one unless it says otherwise; 0 only looks. Returns 0 if the call may go on, else the seconds after which it may. */
export type RateLimit = (caller: string, cost?: number) => number

/** A token bucket for each caller. A call that costs more than there ever is costs all there is. */
export function createRateLimit(clock: Pick<Clock, 'monotonic'>, { perSecond, burst }: RateLimitRule): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (caller, asked = 1) => {
    const cost = Math.min(asked, burst)
    const needed = Math.max(1, cost)
    const now = clock.monotonic()
    const known = buckets.get(caller)
    const tokens = known ? Math.min(burst, known.tokens + ((now - known.at) / 1000) * perSecond) : burst
    const granted = tokens >= needed
    // Deleting first keeps the map in order of use.
    buckets.delete(caller)
    buckets.set(caller, { tokens: granted ? tokens - cost : tokens, at: now })
    if (buckets.size > MAX_CALLERS) forgetOldest(buckets)
    return granted ? 0 : Math.max(1, Math.ceil((needed - tokens) / perSecond))
  }
}

function forgetOldest(buckets: Map<string, unknown>): void {
  const [oldest] = buckets.keys()
  if (oldest !== undefined) buckets.delete(oldest)
}

/** Callers from one network share a bucket: an IPv4 /24, an IPv6 /48. A mapped IPv4 address counts as IPv4. */
export function networkOf(address: string): string {
  const v4 = /(?:^|:)(\d+\.\d+\.\d+)\.\d+$/.exec(address)?.[1]
  return v4 ?? expandIpv6(address).slice(0, 3).join(':')
}

function expandIpv6(address: string): readonly string[] {
  const [head = '', tail = ''] = address.split('::')
  const [left, right] = [head.split(':').filter(Boolean), tail.split(':').filter(Boolean)]
  return [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
}
