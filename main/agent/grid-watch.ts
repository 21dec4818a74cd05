import type { GridView } from '../../shared/contract/agent.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { Signal } from '../../shared/contract/wire.ts'
import { slotAt, slotsOf } from '../../shared/domain/signal.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { type CarbonRule, type Gate, carbonGate, describeRule, signalState } from './grid/gate.ts'
import type { SettingsStore } from './settings.store.ts'

export interface GridWatchDeps {
  readonly zone: string
  readonly rule: CarbonRule
  readonly settings: SettingsStore
  readonly clock: Pick<Clock, 'now'>
  /** Whether the owner lets jobs run although their own rule says no. */
  readonly anyway: () => boolean
  readonly changed: () => void
}

export interface GridWatch {
  /** Error: `grid.unavailable` if the signal is of another zone. */
  readonly update: (signal: Signal) => void
  /** Whether the grid allows a job now; without a lease, whether it would allow one. */
  readonly gate: (lease: Lease | null) => Gate
  /** Whether it would, if the owner let jobs run anyway. */
  readonly opensAnyway: (lease: Lease | null) => boolean
  readonly view: () => GridView
}

/** What a window calls green where the owner's rule names no hours of its own. */
const SHOWN_RULE: CarbonRule = { kind: 'percentile', percentile: 30 }
const ownHours = (rule: CarbonRule): boolean => rule.kind === 'absolute' || rule.kind === 'percentile'

/** A live forecast older than this no longer says what the grid is like. */
const MAX_AGE_MS = 2 * 3_600_000
const SETTING = 'grid-signal'

const MESSAGES = {
  fresh: null,
  stale: 'The last forecast is out of date. Jobs wait until a fresh one arrives.',
  missing: 'No forecast has arrived yet.',
} as const

/** The newest grid signal of this node's zone, kept across restarts, and what it allows. */
export function createGridWatch({ zone, rule, settings, clock, anyway, changed }: GridWatchDeps): GridWatch {
  const stored = settings.get(SETTING, Signal)
  let signal = stored?.zone === zone ? stored : null
  const look = (by: CarbonRule, lease: Lease | null): Gate =>
    carbonGate({ rule: by, signal, now: clock.now(), maxAgeMs: MAX_AGE_MS, jobWindow: lease?.window ?? null })
  // What a job or old data have against it, the owner does not set aside.
  const lenient: CarbonRule = ownHours(rule) ? { kind: 'planned' } : rule
  return {
    gate: (lease) => look(anyway() ? lenient : rule, lease),
    opensAnyway: (lease) => look(lenient, lease).open,
    update(next) {
      if (next.zone !== zone) throw new WindfallError('grid.unavailable', `The forecast is for ${next.zone}, not for ${zone}, so it is not used.`)
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
        greenWindows: [...look(ownHours(rule) ? rule : SHOWN_RULE, null).greenWindows],
        rule: ownHours(rule) ? describeRule(rule) : `${describeRule(rule)} Green marks the cleanest 30 % of the hours ahead.`,
        state,
        message: MESSAGES[state],
      }
    },
  }
}
