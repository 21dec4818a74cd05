/** What follows from generation by type: how much it emits, and how much of it is renewable. Power in MW. */
import { type LiveSlot, rounded } from '../live-signal.ts'
import { factorOf, isRenewable, isStorage } from './emission-factors.ts'
import { QUARTER_MS, cellsOf } from './entsoe-series.ts'

/** Production type to its slots. */
export type ByType = ReadonlyMap<string, readonly LiveSlot[]>
type Mix = ReadonlyMap<string, number>

/** More than this share of generation without a figure, and an average would be a guess. */
const MOST_UNKNOWN = 0.2
/** Types that have not reported yet may have given at most this share of what is known, at their highest in the answer. */
const MOST_MISSING = 0.05

/** Grams per kWh; `null` without generation, or where too much of it is of a type without a figure. */
export function intensityOf(mix: Mix): number | null {
  let [grams, counted, unknown] = [0, 0, 0]
  for (const [type, power] of mix) {
    const factor = factorOf(type)
    if (isStorage(type) || power <= 0) continue
    if (factor === null) unknown += power
    else [grams, counted] = [grams + factor * power, counted + power]
  }
  return counted > 0 && unknown <= MOST_UNKNOWN * (counted + unknown) ? rounded(grams / counted, 2) : null
}

const sum = (values: Iterable<number>): number => Iterator.from(values).reduce((total, value) => total + Math.max(0, value), 0)

/** Percent of load; more than a hundred where the rest is exported. `null` without a load. */
export function renewableShareOf(mix: Mix, load: number | undefined): number | null {
  if (load === undefined || load <= 0) return null
  const renewable = sum([...mix].flatMap(([type, power]) => (isRenewable(type) ? [power] : [])))
  return rounded((renewable / load) * 100, 1)
}

/** The value of every quarter hour that has one. */
export function byCell(slots: readonly LiveSlot[]): ReadonlyMap<number, number> {
  return new Map(slots.flatMap((slot) => (slot.value === null ? [] : cellsOf(slot).map((cell) => [cell, slot.value ?? 0] as const))))
}

const peakOf = (slots: readonly LiveSlot[]): number => slots.reduce((peak, { value }) => Math.max(peak, value ?? 0), 0)

/**
 * One value for every step of which some generation is known, in steps as long as the shortest in the answer; `null` while a type that
 * matters has not reported.
 */
export function overMix(types: ByType, valueOf: (mix: Mix, cell: number) => number | null): readonly LiveSlot[] {
  const cells = new Map([...types].map(([type, slots]) => [type, byCell(slots)]))
  const peaks = new Map([...types].map(([type, slots]) => [type, peakOf(slots)]))
  const step = [...types.values()].flat().reduce((shortest, { from, to }) => Math.min(shortest, to - from), 4 * QUARTER_MS)
  const starts = new Set([...cells.values()].flatMap((known) => [...known.keys()].map((cell) => Math.floor(cell / step) * step)))
  return [...starts]
    .toSorted((a, b) => a - b)
    .map((from) => {
      const mix = new Map([...cells].flatMap(([type, known]) => (known.has(from) ? [[type, known.get(from) ?? 0] as const] : [])))
      const missing = sum([...peaks].flatMap(([type, peak]) => (mix.has(type) ? [] : [peak])))
      const complete = missing <= MOST_MISSING * sum(mix.values())
      return { from, to: from + step, value: complete ? valueOf(mix, from) : null, forecast: false }
    })
}
