/** What is an anomaly, cause by cause. Pure; times are epoch milliseconds. */
import type { Signal, Window } from '../../../shared/contract/wire.ts'
import { type Slot, slotAt, slotsOf } from '../../../shared/domain/signal.ts'
import { fromIso, toIso } from '../../../shared/units.ts'

/** What one look at one cause gave, in words where there is something. */
export type Finding = { readonly seen: 'present'; readonly summary: string } | { readonly seen: 'absent' } | { readonly seen: 'unknown' }

export const UNKNOWN: Finding = { seen: 'unknown' }
export const ABSENT: Finding = { seen: 'absent' }

/** Some grids are told late: a slot that ended up to this long ago still stands for now. */
const LATE_MS = 2 * 3_600_000
/** Less than half of a week says nothing about what is usual. */
const USUAL_SHARE = 0.5
const WEEK_MS = 7 * 86_400_000

/** How many median absolute deviations above the median a spike begins, and how far above the median it is at least. */
const SPIKE_DEVIATIONS = 3
const SPIKE_SHARE = 0.25

const median = (sorted: readonly number[]): number => {
  const middle = Math.floor(sorted.length / 2)
  const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]]
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2
}

interface Usual {
  readonly median: number
  /** What is above is a spike. */
  readonly threshold: number
}

/**
 * Median and spike threshold of a week: median + 3 × MAD (the median absolute deviation from the median), and at least a quarter above the
 * median, so that a very even week makes no spike of a trifle. `null` with less than half of a week known.
 */
export function usualOf(slots: readonly Slot[]): Usual | null {
  if (slots.reduce((sum, { from, to }) => sum + to - from, 0) < USUAL_SHARE * WEEK_MS) return null
  const middle = median(slots.map(({ value }) => value).toSorted((a, b) => a - b))
  const deviation = median(slots.map(({ value }) => Math.abs(value - middle)).toSorted((a, b) => a - b))
  return { median: middle, threshold: Math.max(middle + SPIKE_DEVIATIONS * deviation, middle * (1 + SPIKE_SHARE)) }
}

/** The newest instant up to now about which something is known, or `null` if that is too long ago. */
function knownInstant(slots: readonly Slot[], now: number, lateMs = LATE_MS): number | null {
  if (slotAt(slots, now)) return now
  const last = slots.findLast(({ to }) => to <= now)
  return last && now - last.to <= lateMs ? last.to - 1 : null
}

/** Intensity now or forecast above what is usual. Only what a grid said is judged: a recording or a model has no spikes. */
export function spikeIn(intensity: Signal | null, usual: Signal | null, now: number): Finding {
  if (intensity?.origin !== 'live' || usual?.origin !== 'live' || intensity.basis !== usual.basis || intensity.kind !== usual.kind) return UNKNOWN
  const slots = slotsOf(intensity)
  const known = knownInstant(slots, now)
  const level = usualOf(slotsOf(usual))
  if (known === null || !level) return UNKNOWN
  const ahead = slots.filter(({ to }) => to > known)
  const first = ahead.find(({ value }) => value > level.threshold)
  if (!first) return ABSENT
  const peak = Math.max(...ahead.map(({ value }) => value))
  const when = first.from <= now ? 'now' : `from ${toIso(first.from)} on (forecast)`
  const figures = `usual are ${Math.round(level.median)}, a spike begins above ${Math.round(level.threshold)}`
  return { seen: 'present', summary: `${Math.round(first.value)} gCO2/kWh in ${intensity.zone} ${when}, at most ${Math.round(peak)}: ${figures}.` }
}

interface Stretch extends Window {
  /** Mean renewable share, %. */
  readonly share: number
  readonly evidence: string
}

/** Whether it is the time of one of the stretches. `known` are the signals that the stretches were read from. */
export function abundanceIn(
  what: 'surplus' | 'curtailment',
  stretches: readonly Stretch[],
  { known, now }: { known: readonly (Signal | null)[]; now: number },
): Finding {
  const instants = known.map((signal) => signal && knownInstant(slotsOf(signal), now))
  if (instants.includes(null)) return UNKNOWN
  const at = Math.min(...instants.map(Number))
  const found = stretches.find(({ from, to }) => fromIso(from) <= at && at < fromIso(to))
  if (!found) return ABSENT
  const words = what === 'surplus' ? 'Surplus' : 'Curtailment'
  return { seen: 'present', summary: `${words} until ${found.to}: renewables at ${found.share} % of demand (${found.evidence}).`.slice(0, 500) }
}

/** Where frequency counts as disturbed, Hz. Our own choice: the operational limits of Great Britain; its statutory ones are 49.5 and 50.5. */
const FREQUENCY_HZ = { low: 49.8, high: 50.2 }
const FREQUENCY_LATE_MS = 900_000
/** Longer than from one question to the next, so that no reading falls between two looks. */
const FREQUENCY_LOOK_MS = 600_000

export function frequencyIn(frequency: Signal | null, now: number): Finding {
  if (frequency?.kind !== 'frequency') return UNKNOWN
  const slots = slotsOf(frequency).filter(({ from }) => from <= now)
  const last = slots.at(-1)
  if (!last || now - last.to > FREQUENCY_LATE_MS) return UNKNOWN
  const { low, high } = FREQUENCY_HZ
  const off = slots.filter(({ to, value }) => to > last.to - FREQUENCY_LOOK_MS && (value < low || value > high))
  const worst = off.toSorted((a, b) => Math.abs(b.value - 50) - Math.abs(a.value - 50))[0]
  if (!worst) return ABSENT
  return {
    seen: 'present',
    summary: `${worst.value.toFixed(3)} Hz in ${frequency.zone} at ${toIso(worst.from)}, outside ${low} to ${high} Hz (${frequency.source}).`,
  }
}

/** What is known about the live sources of a zone. */
export interface SourceHealth {
  readonly answers: boolean
  /** When one of them answered last; `null` if none has within a week. */
  readonly lastAnswerAt: number | null
  readonly staleAfterMs: number
}

/** `null` where no live source is configured: what is never asked cannot fall silent. */
export function staleIn(health: SourceHealth | null, zone: string, now: number): Finding {
  if (!health || health.answers || health.lastAnswerAt === null) return ABSENT
  if (now - health.lastAnswerAt <= health.staleAfterMs) return ABSENT
  return { seen: 'present', summary: `No live source of ${zone} has answered since ${toIso(health.lastAnswerAt)}; something else stands in for it.` }
}

export interface WatchedNode {
  readonly nodeId: string
  readonly zone: string
  readonly online: boolean
  /** Silent for so long that plans on it are given up. */
  readonly gone: boolean
  /** It holds a lease, or has lost one by falling silent. */
  readonly held: boolean
}

export function lossOf({ nodeId, zone, online, gone, held }: WatchedNode): Finding {
  if (!online && !gone) return UNKNOWN
  return gone && held ? { seen: 'present', summary: `Node ${nodeId.slice(0, 12)}… in ${zone} has gone offline while it held a job.` } : ABSENT
}

/** Everything that one look at one cause goes by. */
export type Evidence =
  | { readonly cause: 'intensity-spike'; readonly intensity: Signal | null; readonly usual: Signal | null }
  | { readonly cause: 'surplus'; readonly share: Signal | null; readonly stretches: readonly Stretch[] }
  | { readonly cause: 'curtailment'; readonly share: Signal | null; readonly price: Signal | null; readonly stretches: readonly Stretch[] }
  | { readonly cause: 'frequency'; readonly frequency: Signal | null }
  | { readonly cause: 'stale-source'; readonly zone: string; readonly source: SourceHealth | null }
  | { readonly cause: 'node-loss'; readonly node: WatchedNode }

export function findingOf(evidence: Evidence, now: number): Finding {
  switch (evidence.cause) {
    case 'intensity-spike':
      return spikeIn(evidence.intensity, evidence.usual, now)
    case 'surplus':
      return abundanceIn('surplus', evidence.stretches, { known: [evidence.share], now })
    case 'curtailment':
      return abundanceIn('curtailment', evidence.stretches, { known: [evidence.share, evidence.price], now })
    case 'frequency':
      return frequencyIn(evidence.frequency, now)
    case 'stale-source':
      return staleIn(evidence.source, evidence.zone, now)
    case 'node-loss':
      return lossOf(evidence.node)
    default:
      return evidence satisfies never
  }
}
