import type { PolicyConfig } from '../../../shared/contract/owner-rules.ts'
import type { Reason, ReasonCode } from '../../../shared/contract/policy.ts'
import type { EpochMs, MonotonicMs } from '../../../shared/units.ts'
import type { SignalReadings } from './signals/readings.ts'

/** Everything the policy looks at, as read at one moment. */
export interface Signals extends Omit<SignalReadings, 'availableRamBytes' | 'network'> {
  /** Hottest GPU; `null` if none tells, which is no objection. */
  readonly temperatureC: number | null
  /** What other parts of the agent object to, such as a device that is switched off. */
  readonly others: readonly Reason[]
}

/** A reason why no job may start, and what it means for one that runs. */
export interface Objection extends Reason {
  /** `soften`: a job gives way at once, and goes only if this lasts. `evict`: it goes at once. */
  readonly effect: 'soften' | 'evict'
  /** Seconds of rest after it is over. */
  readonly restS: number
  /** When what it speaks of happened last, as far as anyone knows. */
  readonly since: MonotonicMs
}

export interface ObjectionInput {
  readonly now: EpochMs
  readonly mono: MonotonicMs
  readonly signals: Signals
  readonly config: PolicyConfig
  readonly jobRunning: boolean
  /** The owner lets jobs run although they are present, or outside their own hours. */
  readonly anyway: boolean
  /** A job of ours ended so many milliseconds ago, so that the load of the GPU before that was its own; `null` if none did. */
  readonly sinceJobMs: number | null
  /** Seconds without a touch before work begins. */
  readonly idleWaitS: number
}

type Detail = Partial<Pick<Objection, 'effect' | 'restS' | 'until'>>

/** An objection that ends a job and needs no rest afterwards, unless said otherwise. */
export const objection = (code: ReasonCode, message: string, since: MonotonicMs, { effect = 'evict', restS = 0, until = null }: Detail = {}): Objection => ({
  code,
  message: message.slice(0, 300),
  until,
  effect,
  restS,
  since,
})

/** One objection per code: the first sentence, the strictest effect, the longest rest, the latest moment. */
export function asSet(all: readonly Objection[]): Objection[] {
  const byCode = new Map<ReasonCode, Objection>()
  for (const next of all) {
    const known = byCode.get(next.code)
    byCode.set(next.code, known ? stricter(known, next) : next)
  }
  return [...byCode.values()]
}

const stricter = (one: Objection, other: Objection): Objection => ({
  ...one,
  effect: one.effect === 'evict' ? 'evict' : other.effect,
  restS: Math.max(one.restS, other.restS),
  since: one.since > other.since ? one.since : other.since,
})
