import { type Timeline, pieceAt, roomIn } from './timeline.ts'
import { type CostCurve, at, slotBefore } from '../timing/cost-curve.ts'
import type { Run } from '../timing/runs.ts'
import type { WindowQuery } from '../timing/window.ts'

/** What a moment costs a job on top of its curve, per ms. Where a pool never has as many places as it needs, it must not run. */
export interface Surcharge {
  /** How many it needs. */
  readonly places: number
  /** 1 if it minds that others want a place as well, 0 if it does not. */
  readonly priced: 0 | 1
  /** What it costs if others hold what it needs; `Infinity` if that must not be used. */
  readonly taken: number
  /** What each place costs on top that is missing then. */
  readonly missing: number
}

function chargeOn(timeline: Timeline, piece: number, { places, priced, taken, missing }: Surcharge): number {
  if (at(timeline.places, piece) < places) return Infinity
  const room = roomIn(timeline, piece)
  const price = priced * at(timeline.prices, piece)
  return room >= places ? price : price + taken + missing * (places - room)
}

/** Cost × ms of all surcharges over the runs. */
export function surchargeOver(timeline: Timeline, runs: readonly Run[], surcharge: Surcharge): number {
  let sum = 0
  for (const { from, to } of runs) {
    for (let piece = pieceAt(timeline, from); at(timeline.starts, piece) < to; piece += 1) {
      const charge = chargeOn(timeline, piece, surcharge)
      if (charge === Infinity) return Infinity
      sum += charge * (Math.min(to, at(timeline.starts, piece + 1)) - Math.max(from, at(timeline.starts, piece)))
    }
  }
  return sum
}

/** A curve that each look writes over: hundreds of thousands are made in a round, and most of their cost would be to ask for memory. */
type Draft = { -readonly [K in keyof CostCurve]: CostCurve[K] }

function draftOf(size: number): Draft {
  const values = () => new Float64Array(size + 1)
  const order = new Uint32Array(size)
  return { count: 0, starts: values(), ends: values(), costs: values(), costBefore: values(), knownBefore: values(), order, same: 0 }
}

let draft = draftOf(1_024)

function append({ count, starts, ends, costs, costBefore, knownBefore }: Draft, from: number, to: number, cost: number): number {
  const last = count - 1
  const isSame = last >= 0 && ends[last] === from && costs[last] === cost
  const slot = isSame ? last : count
  if (!isSame) {
    starts[slot] = from
    costs[slot] = cost
  }
  ends[slot] = to
  const ms = to - at(starts, slot)
  costBefore[slot + 1] = at(costBefore, slot) + cost * ms
  knownBefore[slot + 1] = at(knownBefore, slot) + ms
  return slot + 1
}

export interface ChargedQuery {
  readonly window: WindowQuery
  readonly surcharge: Surcharge
}

/**
 * The part of a curve that lies in the window, with surcharges, and without what must not be used; `null` if too little is left. It holds
 * until the next call, and its order is that of its slots: see {@link cheapestFirst}.
 */
export function chargedCurve(timeline: Timeline, curve: CostCurve, { window, surcharge }: ChargedQuery): CostCurve | null {
  const { earliest, latestEnd, durationMs } = window
  const { starts, ends, costs, count } = curve
  let slot = Math.max(0, slotBefore(curve, earliest))
  let from = Math.max(earliest, slot < count ? at(starts, slot) : Infinity)
  let piece = pieceAt(timeline, from)
  if (draft.costs.length <= timeline.count - piece + count - slot) draft = draftOf(2 * (timeline.count + count))
  draft.count = 0
  let [charge, largest] = [chargeOn(timeline, piece, surcharge), 0]
  while (from < latestEnd && slot < count) {
    const [slotEnd, pieceEnd] = [at(ends, slot), at(timeline.starts, piece + 1)]
    const to = Math.min(slotEnd, pieceEnd, latestEnd)
    if (from < to && charge < Infinity) {
      const cost = at(costs, slot) + charge
      largest = Math.max(largest, Math.abs(cost))
      draft.count = append(draft, from, to, cost)
    }
    if (to >= slotEnd) slot += 1
    from = Math.max(to, slot < count ? at(starts, slot) : Infinity)
    if (pieceEnd > from) continue
    while (piece + 1 < timeline.count && at(timeline.starts, piece + 1) <= from) piece += 1
    charge = chargeOn(timeline, piece, surcharge)
  }
  draft.same = largest * ROUNDING
  return at(draft.knownBefore, draft.count) < durationMs ? null : draft
}

const ROUNDING = 1e-9

/** Whether slot `a` is used before slot `b`. */
const isBefore = (costs: Float64Array, a: number, b: number): boolean => at(costs, a) < at(costs, b) || (at(costs, a) === at(costs, b) && a < b)

/** Brings those of `order[low..high]` before `pivot` to the front, then the one at `pivot`; returns where that is. */
function partition({ costs, order }: CostCurve, low: number, high: number): number {
  const middle = (low + high) >> 1
  const pivot = at(order, middle)
  order[middle] = at(order, high)
  let front = low
  for (let rank = low; rank < high; rank += 1) {
    const slot = at(order, rank)
    if (!isBefore(costs, slot, pivot)) continue
    order[rank] = at(order, front)
    order[front] = slot
    front += 1
  }
  order[high] = at(order, front)
  order[front] = pivot
  return front
}

/** Brings the cheapest slots that together last `durationMs` to the front of the curve's order, the dearest of them last: nobody needs more of it. */
export function cheapestFirst(curve: CostCurve, durationMs: number): void {
  const { count, order, starts, ends } = curve
  for (let slot = 0; slot < count; slot += 1) order[slot] = slot
  let [low, high, left] = [0, count - 1, durationMs]
  while (low < high) {
    const front = partition(curve, low, high)
    let cheaperMs = 0
    for (let rank = low; rank < front; rank += 1) cheaperMs += at(ends, at(order, rank)) - at(starts, at(order, rank))
    if (cheaperMs >= left) high = front - 1
    else {
      left -= cheaperMs + at(ends, at(order, front)) - at(starts, at(order, front))
      if (left <= 0) return
      low = front + 1
    }
  }
}
