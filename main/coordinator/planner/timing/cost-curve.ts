import type { Slot } from '../../../../shared/domain/signal.ts'

/**
 * What running costs from moment to moment: constant within a slot, unknown between slots that do not touch. Costs are per unit of time in
 * any unit, since they are only ever compared with each other. Made once per zone and objective, then read by every job that waits.
 */
export interface CostCurve {
  /** How many slots there are; the arrays may be longer. */
  readonly count: number
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
/** Up to here, sorting by insertion is quicker than by a comparator. */
const FEW = 128

/** Indices from the lowest cost on; the earlier of equals first. */
function sortByCost(order: Uint32Array, costs: Float64Array): void {
  for (let index = 0; index < order.length; index += 1) order[index] = index
  if (order.length > FEW) order.sort((a, b) => at(costs, a) - at(costs, b) || a - b)
  else {
    for (let index = 1; index < order.length; index += 1) {
      let rank = index
      for (; rank > 0 && at(costs, at(order, rank - 1)) > at(costs, index); rank -= 1) order[rank] = at(order, rank - 1)
      order[rank] = index
    }
  }
}

/** `slots` in order and without overlaps, as `slotsOf` gives them; a slot's value is what an hour, or any other unit of time, in it costs. */
export function costCurve(slots: readonly Pick<Slot, 'from' | 'to' | 'value'>[]): CostCurve {
  const count = slots.length
  // One piece of memory for all: curves are made by the hundred thousand, and most of their cost is to ask for memory.
  const memory = new ArrayBuffer(8 * (5 * count + 2) + 4 * count)
  const part = (from: number, length: number) => new Float64Array(memory, 8 * from, length)
  const [starts, ends, costs] = [part(0, count), part(count, count), part(2 * count, count)]
  const [costBefore, knownBefore] = [part(3 * count, count + 1), part(4 * count + 1, count + 1)]
  const order = new Uint32Array(memory, 8 * (5 * count + 2), count)
  let largest = 0
  for (let index = 0; index < count; index += 1) {
    const { from, to, value } = slots[index] as Pick<Slot, 'from' | 'to' | 'value'>
    starts[index] = from
    ends[index] = to
    costs[index] = value
    costBefore[index + 1] = at(costBefore, index) + value * (to - from)
    knownBefore[index + 1] = at(knownBefore, index) + (to - from)
    largest = Math.max(largest, Math.abs(value))
  }
  sortByCost(order, costs)
  return { count, starts, ends, costs, costBefore, knownBefore, order, same: largest * ROUNDING }
}

/** An element that is there: indices here never leave their array. */
export const at = (values: Float64Array | Uint32Array, index: number): number => values[index] as number

/** Index of the last slot that starts at or before `moment`; -1 before the first. */
export function slotBefore({ starts, count }: CostCurve, moment: number): number {
  let [low, high] = [0, count]
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
