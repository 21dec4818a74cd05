import { type CostCurve, costUpTo, knownUpTo, slotBefore } from './timing/cost-curve.ts'
import type { Run } from './timing/runs.ts'

export const lengthOf = (runs: readonly Run[]): number => {
  let sum = 0
  for (const { from, to } of runs) sum += to - from
  return sum
}

/** Mean over the part of the runs that is known, and how much that is; `null` if nothing is. */
export function knownMean(curve: CostCurve, runs: readonly Run[]): { readonly value: number; readonly knownMs: number } | null {
  let [cost, knownMs] = [0, 0]
  for (const { from, to } of runs) {
    const [first, last] = [slotBefore(curve, from), slotBefore(curve, to)]
    cost += costUpTo(curve, last, to) - costUpTo(curve, first, from)
    knownMs += knownUpTo(curve, last, to) - knownUpTo(curve, first, from)
  }
  return knownMs <= 0 ? null : { value: cost / knownMs, knownMs }
}
