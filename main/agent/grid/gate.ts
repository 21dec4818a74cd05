import type { CarbonRule } from '../../../shared/contract/owner-rules.ts'
import type { Reason } from '../../../shared/contract/policy.ts'
import type { Signal, Window } from '../../../shared/contract/wire.ts'
import { greenWindows, isAccountable, percentileOf, slotAt, slotsOf, type Slot } from '../../../shared/domain/signal.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { LEAST_DAYS, PAST_DAYS } from './past.ts'
import type { Rule } from './rule.ts'

export interface GateQuery {
  readonly rule: CarbonRule
  readonly signal: Signal | null
  /** Epoch milliseconds. */
  readonly now: number
  readonly maxAgeMs: number
  /** The window of the job that waits, or `null` without one. */
  readonly jobWindow: Window | null
  /** What a percentile is worth by the last 30 days, gCO2/kWh; `null` while too few are known: then the hours ahead count. */
  readonly learned?: number | null
  /** The sun on the owner's roof gives all that the job needs at this moment. */
  readonly sunny?: boolean
}

export interface Gate {
  readonly open: boolean
  readonly reason: (Reason & { readonly code: 'carbon' | 'grid-stale' }) | null
  /** The stretches that the owner's rule calls green: the one that runs now, and those to come. */
  readonly greenWindows: readonly Window[]
}

export type SignalState = 'fresh' | 'stale' | 'missing'

/**
 * Whether a signal may be acted on. It must be average intensity in grams and know the present; a live one must also be at most
 * `maxAgeMs` old. A recording or a model does not age: it stands or falls with its points.
 */
export function signalState(signal: Signal | null, now: number, maxAgeMs: number): SignalState {
  if (!signal || !isAccountable(signal)) return 'missing'
  const known = slotAt(slotsOf(signal), now) !== null
  const aged = signal.origin === 'live' && Math.abs(now - fromIso(signal.issuedAt)) > maxAgeMs
  return known && !aged ? 'fresh' : 'stale'
}

/** The rule in words, with its numbers. `learned`: whether enough of the past is known for a percentile of it. */
export function describeRule(rule: CarbonRule, learned: boolean): string {
  if (rule.kind === 'always') return 'Runs at any time.'
  if (rule.kind === 'planned') return 'Runs in the window planned for each job.'
  if (rule.kind === 'absolute') return `Runs at or below ${rule.maxGPerKWh} gCO2/kWh.`
  return learned
    ? `Runs when power is as clean as in the cleanest ${rule.percentile}% of the last ${PAST_DAYS} days.`
    : `Runs in the cleanest ${rule.percentile}% of the hours ahead, until ${LEAST_DAYS} of the last ${PAST_DAYS} days are known here.`
}

const STALE = {
  stale: 'The grid forecast is out of date, so nothing starts until a fresh one arrives.',
  missing: 'There is no grid forecast for this zone, so nothing starts until one arrives.',
} as const

function thresholdOf({ rule, now, learned = null }: GateQuery, slots: readonly Slot[]): number {
  if (rule.kind === 'absolute') return rule.maxGPerKWh
  if (rule.kind !== 'percentile') return Infinity
  const ahead = slots.filter(({ to }) => to > now)
  return learned ?? percentileOf(ahead, rule.percentile) ?? -Infinity
}

const namesHours = ({ kind }: CarbonRule): boolean => kind === 'absolute' || kind === 'percentile'

/** What the owner's rule alone calls green. */
function windowsOf(query: GateQuery, slots: readonly Slot[]): readonly Window[] {
  const { rule, now, jobWindow } = query
  if (namesHours(rule)) return greenWindows(slots, thresholdOf(query, slots), now)
  return rule.kind === 'planned' && jobWindow ? [jobWindow] : []
}

function carbonReason(cause: 'window' | 'grid', until: string | null): NonNullable<Gate['reason']> {
  const message = cause === 'window' ? 'The job waits for its planned window.' : 'The grid is not green enough now.'
  return { code: 'carbon', message: until ? message : `${message} No green window is in sight.`, until }
}

const stale = (state: 'stale' | 'missing'): NonNullable<Gate['reason']> => ({ code: 'grid-stale', message: STALE[state], until: null })

/** The first moment from `start` on that the owner's rule allows, or `null`. */
function openingAt(rule: CarbonRule, windows: readonly Window[], start: number): string | null {
  if (!namesHours(rule)) return toIso(start)
  const next = windows.find(({ to }) => fromIso(to) > start)
  return next ? toIso(Math.max(start, fromIso(next.from))) : null
}

/** What carbon has against a start at a moment. What is not known of a moment to come counts against it, as stale data do against now. */
function againstAt(query: GateQuery, slots: readonly Slot[]): (at: number) => Gate['reason'] {
  const { rule, signal, now, maxAgeMs, jobWindow, sunny = false } = query
  const state = signalState(signal, now, maxAgeMs)
  const threshold = thresholdOf(query, slots)
  const windows = windowsOf(query, slots)
  return (at) => {
    const slot = slotAt(slots, at)
    if (rule.kind !== 'always' && (state !== 'fresh' || !slot)) return stale(state === 'missing' ? 'missing' : 'stale')
    const start = jobWindow ? Math.max(at, fromIso(jobWindow.from)) : at
    const isGreen = !namesHours(rule) || (slot !== null && slot.value <= threshold) || (sunny && at === now)
    return start === at && isGreen ? null : carbonReason(start === at ? 'grid' : 'window', openingAt(rule, windows, start))
  }
}

/** Carbon as one of the rules of a start. */
export function carbonRule(query: GateQuery): Rule {
  const slots = query.signal && isAccountable(query.signal) ? slotsOf(query.signal) : []
  const window = query.jobWindow ? [fromIso(query.jobWindow.from)] : []
  return { against: againstAt(query, slots), edges: [...slots.flatMap(({ from, to }) => [from, to]), ...window] }
}

/**
 * Decides whether carbon lets a job start now: the owner's rule and the job's own window must both agree. A window that was missed does
 * not close the gate again, since running late is better than not at all. Without a signal that may be acted on the gate is closed,
 * whatever the rule but `always`. Sunshine that covers the job is as good as a green grid.
 */
export function carbonGate(query: GateQuery): Gate {
  const slots = query.signal && isAccountable(query.signal) ? slotsOf(query.signal) : []
  const reason = againstAt(query, slots)(query.now)
  return { open: reason === null, reason, greenWindows: reason?.code === 'grid-stale' ? [] : windowsOf(query, slots) }
}
