import type { Presence } from '../../../shared/contract/node.ts'
import type { Clock } from '../../kernel/clock.ts'

/** A node that has been silent for this long is offline. */
const OFFLINE_AFTER_MS = 300_000

/** `unknown` only after a restart: nobody is declared dead before a full timeout has passed. */
type Reachability = 'online' | 'offline' | 'unknown'

export interface Seen {
  readonly reachability: Reachability
  /** What the agent said last, `null` if nothing since this process started. */
  readonly presence: Presence | null
  /** Since it was heard last, milliseconds; `null` if nothing since this process started. */
  readonly ageMs: number | null
}

export interface PresenceBook {
  readonly report: (nodeId: string, presence: Presence) => void
  readonly of: (nodeId: string) => Seen
}

/** Who is there, in memory: a heartbeat never writes to the database, and a restart is over after one heartbeat interval. */
export function createPresenceBook(clock: Pick<Clock, 'monotonic'>, offlineAfterMs = OFFLINE_AFTER_MS): PresenceBook {
  const startedAt = clock.monotonic()
  const last = new Map<string, { presence: Presence; at: number }>()
  return {
    report: (nodeId, presence) => {
      last.set(nodeId, { presence, at: clock.monotonic() })
    },
    of(nodeId) {
      const now = clock.monotonic()
      const seen = last.get(nodeId)
      if (!seen) return { reachability: now - startedAt < offlineAfterMs ? 'unknown' : 'offline', presence: null, ageMs: null }
      const ageMs = now - seen.at
      return { reachability: ageMs < offlineAfterMs ? 'online' : 'offline', presence: seen.presence, ageMs }
    },
  }
}
