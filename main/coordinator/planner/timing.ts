import type { Exclusion, JobSpec } from '../../../shared/contract/job.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { type Slot, meanOver, slotsOf } from '../../../shared/domain/signal.ts'
import { JOULES_PER_KWH, fromIso } from '../../../shared/units.ts'
import { type RatedWindow, cleanestWindow } from './window.ts'

/** When a job would run in one zone. */
export interface Timing {
  readonly window: RatedWindow
  readonly expectedGrams: number
  readonly baselineGrams: number
  readonly greenest: RatedWindow | null
}

export interface TimingQuery {
  readonly spec: JobSpec
  /** Epoch milliseconds. */
  readonly submittedAt: number
  readonly now: number
}

const durationMsOf = (spec: JobSpec): number => Math.ceil(spec.expected.seconds * 1_000)
const energyKWh = ({ expected }: JobSpec): number => (expected.seconds * expected.watts) / JOULES_PER_KWH

/** A job that waits must still be ready by its deadline when starting takes a moment and it runs a little longer than expected. */
const finishMarginMs = (durationMs: number): number => 30_000 + 0.05 * durationMs

/** Starting right away. Beyond the forecast the known part stands for the whole; `null` if nothing is known. */
function startAt(slots: readonly Slot[], from: number, durationMs: number): RatedWindow | null {
  const mean = meanOver(slots, from, from + durationMs)
  return mean && { from, to: from + durationMs, mean: mean.value }
}

const earliestOf = ({ spec, now }: TimingQuery): number => Math.max(now, spec.earliestStart === null ? now : fromIso(spec.earliestStart))

/** True if even an immediate start would end too late. */
export const missesDeadline = (query: TimingQuery): boolean => earliestOf(query) + durationMsOf(query.spec) > fromIso(query.spec.deadline)

/**
 * The window for a job in one zone: at once by the rule `now`, else the cleanest before the deadline. The deadline always wins: with too
 * little time or forecast to choose from, the job starts at once. Refused with `no-signal` if nothing is known about the zone, with
 * `carbon-cap` if even this window would emit more than the job may.
 */
export function timingOf(query: TimingQuery, signal: Signal): Timing | Exclusion {
  const { spec, submittedAt, now } = query
  const slots = slotsOf(signal)
  const durationMs = durationMsOf(spec)
  const earliest = earliestOf(query)
  const latestEnd = fromIso(spec.deadline) - finishMarginMs(durationMs)
  const cleanest = spec.carbon.rule === 'window' ? cleanestWindow(slots, { earliest, latestEnd, durationMs }) : null
  const window = cleanest ?? startAt(slots, earliest, durationMs)
  const baseline = startAt(slots, submittedAt, durationMs) ?? startAt(slots, now, durationMs) ?? window
  if (!window || !baseline) return 'no-signal'
  const expectedGrams = energyKWh(spec) * window.mean
  if (spec.carbon.capG !== null && expectedGrams > spec.carbon.capG) return 'carbon-cap'
  const horizon = slots.at(-1)?.to ?? now
  return {
    window,
    expectedGrams,
    baselineGrams: energyKWh(spec) * baseline.mean,
    greenest: cleanestWindow(slots, { earliest: now, latestEnd: horizon, durationMs }),
  }
}
