/** What is expected of a zone's intensity, slot by slot: the forecast, what its past says of it, and the days that it does not reach. Pure. */
import type { Slot } from '../../../../shared/domain/signal.ts'
import { spreadOf } from './spread.ts'
import { type PastErrors, type TrackRecord, errorsIn } from './track-record.ts'

/** Epoch milliseconds and gCO2/kWh; `low` and `high` hold eight of ten outcomes, `null` without a track record. */
export interface ExpectedSlot {
  readonly from: number
  readonly to: number
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** Corrects a forecast by what is measured of it and by the errors of those before it; answers slot for slot. */
export type Correct = (forecast: readonly Slot[], judgement: Judgement) => readonly Slot[]

interface Judgement {
  /** What was measured in a slot; `null` where nothing is yet. */
  readonly measured: (slot: Pick<Slot, 'from' | 'to'>) => number | null
  readonly pastErrors: PastErrors
}

const DAY_MS = 86_400_000

/** Without a track record, or for what nobody measures. */
export const asSaid = (slots: readonly Slot[]): readonly ExpectedSlot[] => slots.map(({ from, to, value }) => ({ from, to, value, low: null, high: null }))

/** With the range that errors like these leave. */
function ranged({ from, to, value }: Slot, errors: readonly number[]): ExpectedSlot {
  const spread = spreadOf(errors)
  if (!spread) return { from, to, value, low: null, high: null }
  return { from, to, value, low: Math.max(0, Math.min(value, value + spread.low)), high: Math.max(value, value + spread.high) }
}

const measuredSlot = ({ from, to, value }: Slot): ExpectedSlot => ({ from, to, value, low: value, high: value })

/** A forecast that Windfall made of everything it knows: taken as it is, with the range that its past gives it. */
export const withRange = (slots: readonly Slot[], { errors }: TrackRecord): readonly ExpectedSlot[] =>
  slots.map((slot) => (slot.forecast ? ranged(slot, errors(slot)) : measuredSlot(slot)))

/**
 * A provider's forecast, corrected. `slots` is its newest answer, `said` what its forecast was of the same time, also of what is measured
 * meanwhile. The range is what the same correction, at the same time of their days, would have left of the errors of past forecasts.
 */
export function corrected(
  slots: readonly Slot[],
  said: readonly Slot[],
  { correct, record }: { readonly correct: Correct; readonly record: TrackRecord },
): readonly ExpectedSlot[] {
  const { errors: pastErrors, forecasts } = record
  const measured = new Map(slots.flatMap(({ from, value, forecast }) => (forecast ? [] : [[from, value]])))
  const better = new Map(correct(said, { measured: ({ from }) => measured.get(from) ?? null, pastErrors }).map((slot) => [slot.from, slot]))
  const left = errorsIn(forecasts, (past) =>
    correct(past.said, { measured: ({ from }) => (measured.has(from) ? (past.truth.get(from) ?? null) : null), pastErrors }),
  )
  return slots.map((slot) => (slot.forecast ? ranged(better.get(slot.from) ?? slot, left(slot)) : measuredSlot(slot)))
}

/** Beyond its last slot, everything is expected to be as at the same time of the last day that is known. */
export function carriedOn(slots: readonly ExpectedSlot[], until: number): readonly ExpectedSlot[] {
  const end = slots.at(-1)?.to ?? until
  const day = slots.filter(({ from }) => from >= end - DAY_MS)
  const days = Math.max(0, Math.ceil((until - end) / DAY_MS))
  const more = Array.from({ length: days }, (_, index) =>
    day.map(({ from, to, value }) => ({ from: from + (index + 1) * DAY_MS, to: to + (index + 1) * DAY_MS, value, low: null, high: null })),
  )
  return [...slots, ...more.flat().filter(({ from }) => from < until)]
}
