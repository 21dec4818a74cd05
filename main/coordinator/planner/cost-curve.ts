import type { Slot } from '../../../shared/domain/signal.ts'

/**
 * What running costs from moment to moment: constant within a slot, unknown between slots that do not touch. Costs are per unit of time in
 * any unit, since they are only ever compared with each other. Made once per zone and objective, then read by every job that waits.
 */
export interface CostCurve {
  /** Epoch milliseconds, in order, without overlaps. */
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly costs: Float64Array
  /** Cost × ms of all slots before each, and of all of them at the end. */
  readonly costBefore: Float64Array
  /** Known ms before each slot, and in all. */
  readonly knownBefore: Float64Array
  /** Slots from the cheapest on; the earlier of equals first. */
  readonly order: Uint32Array
  /** Mean costs this close are the same: without it, rounding would pick a later moment for nothing. */
  readonly same: number
}

const ROUNDING = 1e-9

/** `slots` in order and without overlaps, as `slotsOf` gives them; a slot's value is what an hour, or any other unit of time, in it costs. */
export function costCurve(slots: readonly Pick<Slot, 'from' | 'to' | 'value'>[]): CostCurve {
  const count = slots.length
  const [starts, ends, costs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  const [costBefore, knownBefore] = [new Float64Array(count + 1), new Float64Array(count + 1)]
  let largest = 0
  for (const [index, { from, to, value }] of slots.entries()) {
    starts[index] = from
    ends[index] = to
    costs[index] = value
    costBefore[index + 1] = at(costBefore, index) + value * (to - from)
    knownBefore[index + 1] = at(knownBefore, index) + (to - from)
    largest = Math.max(largest, Math.abs(value))
  }
  const order = Uint32Array.from(slots.keys()).toSorted((a, b) => at(costs, a) - at(costs, b) || a - b)
  return { starts, ends, costs, costBefore, knownBefore, order, same: largest * ROUNDING }
}

/** An element that is there: indices here never leave their array. */
export const at = (values: Float64Array | Uint32Array, index: number): number => values[index] as number

/** Index of the last slot that starts at or before `moment`; -1 before the first. */
export function slotBefore({ starts }: CostCurve, moment: number): number {
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (at(starts, middle) <= moment) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Cost × ms up to `moment`, whose {@link slotBefore} is `slot`. */
export const costUpTo = ({ starts, ends, costs, costBefore }: CostCurve, slot: number, moment: number): number =>
  slot < 0 ? 0 : at(costBefore, slot) + at(costs, slot) * (Math.min(moment, at(ends, slot)) - at(starts, slot))

/** Known ms up to `moment`, whose {@link slotBefore} is `slot`. */
export const knownUpTo = ({ starts, ends, knownBefore }: CostCurve, slot: number, moment: number): number =>
  slot < 0 ? 0 : at(knownBefore, slot) + Math.min(moment, at(ends, slot)) - at(starts, slot)

/** Mean cost over `[from, to)`, or `null` unless every moment of it is known. */
export function costOver(curve: CostCurve, from: number, to: number): number | null {
  const [first, last] = [slotBefore(curve, from), slotBefore(curve, to)]
  if (knownUpTo(curve, last, to) - knownUpTo(curve, first, from) < to - from) return null
  return (costUpTo(curve, last, to) - costUpTo(curve, first, from)) / (to - from)
}
