/** Reading a grid signal. Times are epoch milliseconds, stretches half-open; a value nobody knows is never guessed. */
import type { Signal, Window } from '../contract/wire.ts'
import { fromIso, toIso } from '../units.ts'
import type { GridValue } from './build-receipt.ts'

/** A stretch of time with one known value, in the unit of the signal it comes from. */
export interface Slot {
  readonly from: number
  readonly to: number
  readonly value: number
  readonly forecast: boolean
}

/** The slots with a value, in order; where two overlap, the one that starts first counts. */
export function slotsOf(signal: Signal): readonly Slot[] {
  const slots: Slot[] = []
  const known = signal.points.flatMap(({ from, to, value, forecast }) => (value === null ? [] : [{ from: fromIso(from), to: fromIso(to), value, forecast }]))
  for (const slot of known.toSorted((a, b) => a.from - b.from)) if (slot.to > slot.from && slot.from >= (slots.at(-1)?.to ?? -Infinity)) slots.push(slot)
  return slots
}

/** The slot that holds `at`, or `null`. */
export const slotAt = (slots: readonly Slot[], at: number): Slot | null => slots.find((slot) => slot.from <= at && at < slot.to) ?? null

interface Mean {
  readonly value: number
  /** Share of the stretch that has a value, above 0 up to 1. */
  readonly coverage: number
  readonly forecast: boolean
}

/** Mean over `[from, to)`, each slot weighted by its overlap; `null` if nothing is known there. An empty stretch is an instant. */
export function meanOver(slots: readonly Slot[], from: number, to: number): Mean | null {
  if (to <= from) {
    const slot = slotAt(slots, from)
    return slot && { value: slot.value, coverage: 1, forecast: slot.forecast }
  }
  let weighted = 0
  let covered = 0
  let forecast = false
  for (const slot of slots) {
    const overlap = Math.min(slot.to, to) - Math.max(slot.from, from)
    if (overlap <= 0) continue
    weighted += overlap * slot.value
    covered += overlap
    forecast ||= slot.forecast
  }
  return covered === 0 ? null : { value: weighted / covered, coverage: covered / (to - from), forecast }
}

export const toWindow = (from: number, to: number): Window => ({ from: toIso(from), to: toIso(to) })

/** Unbroken stretches at or below `threshold` that end after `since`, in order. The first may have begun before `since`. */
export function greenWindows(slots: readonly Slot[], threshold: number, since: number): readonly Window[] {
  const runs: { from: number; to: number }[] = []
  for (const { from, to, value } of slots) {
    if (value > threshold || to <= since) continue
    const last = runs.at(-1)
    if (last?.to === from) last.to = to
    else runs.push({ from, to })
  }
  return runs.map(({ from, to }) => toWindow(from, to))
}

/** Nearest-rank percentile (0 to 100) of the slots' values; `null` without slots. */
export function percentileOf(slots: readonly Slot[], percentile: number): number | null {
  const values = slots.map(({ value }) => value).toSorted((a, b) => a - b)
  const rank = Math.ceil((percentile / 100) * values.length)
  return values[Math.min(Math.max(rank, 1), values.length) - 1] ?? null
}

/** True for what may be accounted: average intensity in grams on a stated basis. Marginal figures and prices never are. */
export const isAccountable = (signal: Signal): signal is Signal & { kind: 'average'; basis: 'direct' | 'lifecycle' } =>
  signal.kind === 'average' && signal.basis !== null && signal.unit === 'gCO2/kWh'

/** Mean average intensity over `[from, to)` with its provenance; `null` unless the signal covers all of it. A forecast counts as estimated. */
export function intensityOver(signal: Signal, from: number, to: number): GridValue | null {
  if (!isAccountable(signal)) return null
  const mean = meanOver(slotsOf(signal), from, to)
  if (!mean || mean.coverage < 1) return null
  const { basis, source, issuedAt, origin, bodySha256 } = signal
  return { gPerKWh: mean.value, basis, source, issuedAt, estimated: signal.estimated || mean.forecast, origin, bodySha256 }
}
