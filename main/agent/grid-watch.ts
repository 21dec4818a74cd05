import type { GridView } from '../../shared/contract/agent.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { Signal } from '../../shared/contract/wire.ts'
import { slotAt, slotsOf } from '../../shared/domain/signal.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { type CarbonRule, type Gate, carbonGate, describeRule, signalState } from './grid/gate.ts'
import type { SettingsStore } from './settings.store.ts'

export interface GridWatchDeps {
  readonly zone: string
  readonly rule: CarbonRule
  readonly settings: SettingsStore
  readonly clock: Pick<Clock, 'now'>
  readonly changed: () => void
}

export interface GridWatch {
  readonly update: (signal: Signal) => void
  /** Whether the grid allows a job now; without a lease, whether it would allow one. */
  readonly gate: (lease: Lease | null) => Gate
  readonly view: () => GridView
}

/** A live forecast older than this no longer says what the grid is like. */
const MAX_AGE_MS = 2 * 3_600_000
const SETTING = 'grid-signal'

const MESSAGES = { fresh: null, stale: 'The last forecast is out of date. Jobs wait until a fresh one arrives.', missing: 'No forecast has arrived yet.' } as const

/** The newest grid signal of this node's zone, kept across restarts, and what it allows. */
export function createGridWatch({ zone, rule, settings, clock, changed }: GridWatchDeps): GridWatch {
  const stored = settings.get(SETTING, Signal)
  let signal = stored?.zone === zone ? stored : null
  const gate = (lease: Lease | null): Gate => carbonGate({ rule, signal, now: clock.now(), maxAgeMs: MAX_AGE_MS, jobWindow: lease?.window ?? null })
  return {
    gate,
    update(next) {
      if (next.bodySha256 === signal?.bodySha256 && next.points[0]?.from === signal.points[0]?.from) return
      signal = next
      settings.set(SETTING, next)
      changed()
    },
    view() {
      const now = clock.now()
      const slot = signal && slotAt(slotsOf(signal), now)
      const state = signalState(signal, now, MAX_AGE_MS)
      return {
        zone,
        signal,
        now: slot ? { gPerKWh: slot.value, from: toIso(slot.from), to: toIso(slot.to) } : null,
        greenWindows: [...gate(null).greenWindows],
        rule: describeRule(rule),
        state,
        message: MESSAGES[state],
      }
    },
  }
}
