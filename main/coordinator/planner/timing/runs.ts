import { type CostCurve, at } from './cost-curve.ts'
import type { WindowQuery } from './window.ts'

/** Epoch milliseconds, half-open. */
export interface Run {
  readonly from: number
  readonly to: number
}

/** What a job costs that runs at the given times: cost × ms. */
export interface Runs {
  readonly runs: readonly Run[]
  readonly cost: number
}

/** Least cost × ms of `durationMs` anywhere in the known part of the window, however often it pauses; `Infinity` if that is too short. */
export function leastCost({ count, starts, ends, costs, order }: CostCurve, { earliest, latestEnd, durationMs }: WindowQuery): number {
  let [left, cost] = [durationMs, 0]
  for (let rank = 0; rank < count && left > 0; rank += 1) {
    const slot = at(order, rank)
    const usable = Math.min(at(ends, slot), latestEnd) - Math.max(at(starts, slot), earliest)
    if (usable <= 0) continue
    const used = Math.min(usable, left)
    cost += used * at(costs, slot)
    left -= used
  }
  return left > 0 ? Infinity : cost
}

/** Which slots to use, and how much of the one that is not needed whole. */
function pick({ count, starts, ends, order }: CostCurve, { earliest, latestEnd, durationMs }: WindowQuery): ReadonlyMap<number, number> | null {
  const picked = new Map<number, number>()
  let left = durationMs
  for (let rank = 0; rank < count && left > 0; rank += 1) {
    const slot = at(order, rank)
    const usable = Math.min(at(ends, slot), latestEnd) - Math.max(at(starts, slot), earliest)
    if (usable <= 0) continue
    picked.set(slot, Math.min(usable, left))
    left -= Math.min(usable, left)
  }
  return left > 0 ? null : picked
}

/** Runs in order, those that touch made one. */
function joined(runs: readonly Run[]): readonly Run[] {
  const whole: { from: number; to: number }[] = []
  for (const { from, to } of runs) {
    const last = whole.at(-1)
    if (last?.to === from) last.to = to
    else whole.push({ from, to })
  }
  return whole
}

/**
 * The cheapest moments of the window for a job that may pause as often as it likes at no cost: exact, since every ms may be chosen on its
 * own. The slot that is not needed whole is used from its start, or up to its end where the job goes on after but not before it. `null` if
 * too little of the window is known.
 */
export function cheapestRuns(curve: CostCurve, query: WindowQuery): Runs | null {
  const picked = pick(curve, query)
  if (!picked) return null
  const touches = (slot: number, next: number) => picked.has(slot) && picked.has(next) && at(curve.ends, slot) === at(curve.starts, next)
  const runs = [...picked.keys()]
    .toSorted((a, b) => a - b)
    .map((slot) => {
      const from = Math.max(at(curve.starts, slot), query.earliest)
      const to = Math.min(at(curve.ends, slot), query.latestEnd)
      const used = picked.get(slot) ?? 0
      return touches(slot, slot + 1) && !touches(slot - 1, slot) ? { from: to - used, to } : { from, to: from + used }
    })
  return { runs: joined(runs), cost: leastCost(curve, query) }
}
