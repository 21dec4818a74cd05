import type { PowerReading } from '../../shared/contract/agent.ts'
import type { Clock } from '../kernel/clock.ts'

type Topic = 'status' | 'jobs' | 'receipts' | 'payouts' | 'grid'
type Listener = (event: string, payload: unknown) => void

export interface News {
  readonly subscribe: (listener: Listener) => () => void
  /** Something a window shows may have changed. Told soon, and together with what else changes meanwhile. */
  readonly changed: (...what: readonly Topic[]) => void
  readonly power: (reading: PowerReading) => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

const COALESCE_MS = 250

/** Tells windows that something changed; they ask what. */
export function createNews(clock: Clock): News {
  const listeners = new Set<Listener>()
  const pending = new Set<Topic>()
  let seq = 0
  const tell: Listener = (event, payload) => {
    for (const listener of listeners) listener(event, payload)
  }
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    changed: (...what) => {
      for (const topic of what) pending.add(topic)
    },
    power: (reading) => tell('power', reading),
    async run(signal) {
      while (await clock.sleep(COALESCE_MS, signal)) {
        if (pending.size === 0) continue
        const what = [...pending]
        pending.clear()
        tell('changed', { seq: ++seq, what })
      }
    },
  }
}
