import type { Clock } from '../../kernel/clock.ts'
import type { Seen } from './challenge-machine.ts'

export interface ChallengePresence {
  readonly heard: (nodeId: string) => void
  readonly of: (nodeId: string) => Seen
  /** Nodes that were heard again after they had been away, each once. */
  readonly takeReturned: () => string[]
}

/** When each node was last heard, in memory: after a restart everybody counts as away until heard, and nobody is late for that. */
export function createChallengePresence(clock: Pick<Clock, 'monotonic'>, awayAfterMs: number): ChallengePresence {
  const last = new Map<string, number>()
  const returned = new Set<string>()
  const silentMs = (nodeId: string): number => {
    const at = last.get(nodeId)
    return at === undefined ? Infinity : clock.monotonic() - at
  }
  return {
    heard(nodeId) {
      if (silentMs(nodeId) > awayAfterMs) returned.add(nodeId)
      last.set(nodeId, clock.monotonic())
    },
    of: (nodeId) => ({ silentMs: silentMs(nodeId), awayAfterMs }),
    takeReturned() {
      const all = [...returned]
      returned.clear()
      return all
    },
  }
}
