import { z } from 'zod'
import type { Reason } from '../../../shared/contract/agent.ts'
import type { Signal, Window } from '../../../shared/contract/wire.ts'
import { greenWindows, isAccountable, percentileOf, slotAt, slotsOf, type Slot } from '../../../shared/domain/signal.ts'
import { fromIso, toIso } from '../../../shared/units.ts'

/**
 * When the owner lets jobs run: `always`; while the zone emits at most so much (`absolute`); in the cleanest share of the hours
 * ahead (`percentile`); or in the window the coordinator chose for the job (`planned`).
 */
export const CarbonRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('always') }),
  z.strictObject({ kind: z.literal('absolute'), maxGPerKWh: z.number().positive().max(2_000) }),
  z.strictObject({ kind: z.literal('percentile'), percentile: z.number().min(1).max(100) }),
  z.strictObject({ kind: z.literal('planned') }),
])
export type CarbonRule = Readonly<z.infer<typeof CarbonRule>>

export interface GateQuery {
  readonly rule: CarbonRule
  readonly signal: Signal | null
  /** Epoch milliseconds. */
  readonly now: number
  readonly maxAgeMs: number
  /** The window of the job that waits, or `null` without one. */
  readonly jobWindow: Window | null
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

/** The rule in words, with its numbers. */
export function describeRule(rule: CarbonRule): string {
  if (rule.kind === 'always') return 'Runs at any time.'
  if (rule.kind === 'planned') return 'Runs in the window planned for each job.'
  return rule.kind === 'absolute' ? `Runs at or below ${rule.maxGPerKWh} gCO2/kWh.` : `Runs in the cleanest ${rule.percentile} % of the hours ahead.`
}

const STALE = {
  stale: 'The grid forecast is out of date, so nothing starts until a fresh one arrives.',
  missing: 'There is no grid forecast for this zone, so nothing starts until one arrives.',
} as const

function thresholdOf(rule: CarbonRule, slots: readonly Slot[], now: number): number {
  if (rule.kind === 'absolute') return rule.maxGPerKWh
  if (rule.kind !== 'percentile') return Infinity
  return (
    percentileOf(
      slots.filter(({ to }) => to > now),
      rule.percentile,
    ) ?? -Infinity
  )
}

/** What the owner's rule alone calls green. */
function windowsOf({ rule, signal, now, jobWindow }: GateQuery): readonly Window[] {
  if (rule.kind === 'always' || !signal) return []
  if (rule.kind === 'planned') return jobWindow ? [jobWindow] : []
  const slots = slotsOf(signal)
  return greenWindows(slots, thresholdOf(rule, slots, now), now)
}

const contains = ({ from, to }: Window, at: number): boolean => fromIso(from) <= at && at < fromIso(to)

function carbonReason(cause: 'window' | 'grid', until: string | null): Gate['reason'] {
  const message = cause === 'window' ? 'The job waits for its planned window.' : 'The grid is not green enough now.'
  return { code: 'carbon', message: until ? message : `${message} No green window is in sight.`, until }
}

/** The first moment from `start` on that the owner's rule allows, or `null`. */
function openingAt(rule: CarbonRule, windows: readonly Window[], start: number): string | null {
  if (rule.kind === 'always' || rule.kind === 'planned') return toIso(start)
  const next = windows.find(({ to }) => fromIso(to) > start)
  return next ? toIso(Math.max(start, fromIso(next.from))) : null
}

/**
 * Decides whether carbon lets a job start now: the owner's rule and the job's own window must both agree. A window that was missed does
 * not close the gate again, since running late is better than not at all. Without a signal that may be acted on the gate is closed,
 * whatever the rule but `always`.
 */
export function carbonGate(query: GateQuery): Gate {
  const { rule, signal, now, maxAgeMs, jobWindow } = query
  const state = signalState(signal, now, maxAgeMs)
  if (rule.kind !== 'always' && state !== 'fresh') return { open: false, reason: { code: 'grid-stale', message: STALE[state], until: null }, greenWindows: [] }
  const windows = windowsOf(query)
  const jobStart = jobWindow ? Math.max(now, fromIso(jobWindow.from)) : now
  const ownerAgrees = rule.kind === 'always' || rule.kind === 'planned' || windows.some((window) => contains(window, now))
  if (ownerAgrees && jobStart === now) return { open: true, reason: null, greenWindows: windows }
  return { open: false, reason: carbonReason(jobStart === now ? 'grid' : 'window', openingAt(rule, windows, jobStart)), greenWindows: windows }
}
