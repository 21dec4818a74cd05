import type { Presence } from '../../shared/contract/node.ts'
import type { Clock } from '../kernel/clock.ts'
import { aborted } from '../kernel/lifecycle.ts'
import type { Dropped } from './jobs/attempts.ts'

interface Question {
  readonly running: Presence['running']
  /** How long the answer may wait until there is something to say. */
  readonly waitMs: number
}

/** What is wanted of running attempts, for nodes that no socket reaches. */
export interface Ordering {
  /** Renews what a node holds, and answers as soon as something of it is to end, or with nothing when the time is up. A newer question of a node takes the place of an older one. */
  readonly ask: (nodeId: string, question: Question) => Promise<Dropped>
  /** Something may be wanted of this node. */
  readonly wake: (nodeId: string) => void
  /** Answers everybody who waits once `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

interface OrderingDeps {
  readonly clock: Pick<Clock, 'sleep'>
  readonly renew: (nodeId: string, running: Presence['running']) => Promise<Dropped>
}

const isAny = ({ lost, cancelled, yields }: Dropped): boolean => lost.length + cancelled.length + yields.length > 0

export function createOrdering({ clock, renew }: OrderingDeps): Ordering {
  const waiting = new Map<string, AbortController>()
  const wake = (nodeId: string) => waiting.get(nodeId)?.abort()
  return {
    wake,
    async ask(nodeId, { running, waitMs }) {
      wake(nodeId)
      const turn = new AbortController()
      // Before anything is read, so that nothing that happens meanwhile is missed.
      waiting.set(nodeId, turn)
      try {
        const wanted = await renew(nodeId, running)
        if (running.length === 0 || waitMs === 0 || isAny(wanted) || (await clock.sleep(waitMs, turn.signal))) return wanted
        return await renew(nodeId, running)
      } finally {
        if (waiting.get(nodeId) === turn) waiting.delete(nodeId)
      }
    },
    async run(signal) {
      await aborted(signal)
      for (const turn of waiting.values()) turn.abort()
    },
  }
}
