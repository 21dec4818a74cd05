import type { PowerReading } from '../../shared/contract/device.ts'
import type { Clock } from '../kernel/clock.ts'
import { createLatch } from '../kernel/latch.ts'

type Topic = 'status' | 'jobs' | 'receipts' | 'payouts' | 'grid' | 'money' | 'diagnosis'
type Listener = (event: string, payload: unknown) => void

export interface News {
  readonly subscribe: (listener: Listener) => () => void
  /** Something a window shows may have changed. Told soon, and together with what else changes meanwhile. */
  readonly changed: (...what: readonly Topic[]) => void
  readonly power: (reading: PowerReading) => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

const COALESCE_MS = 250
/** With a reading of power a second, a window hears at most two things a second. */
const REST_MS = 1_000

/** Tells windows that something changed; they ask what. */
export function createNews(clock: Clock): News {
  const listeners = new Set<Listener>()
  const pending = new Set<Topic>()
  const raised = createLatch()
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
      // A window that opens later asks for everything anyway.
      if (listeners.size === 0) return
      for (const topic of what) pending.add(topic)
      raised.raise()
    },
    power: (reading) => tell('power', reading),
    async run(signal) {
      while ((await raised.wait(signal)) && (await clock.sleep(COALESCE_MS, signal))) {
        const what = [...pending]
        pending.clear()
        tell('changed', { seq: ++seq, what })
        await clock.sleep(REST_MS, signal)
      }
    },
  }
}
