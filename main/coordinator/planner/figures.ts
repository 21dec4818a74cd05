import type { ElectricityPrice, Range } from '../../../shared/contract/plan.ts'
import type { Market } from './markets.ts'
import { knownMean, lengthOf } from './over-runs.ts'
import type { Run } from './timing/runs.ts'
import { gramsOver } from './spot.ts'
import { type Task, energyKWh } from './task.ts'

/** Eight of ten forecasts err by less, and never in our favour by adding up: the errors of all hours are taken to go the same way. */
export function gramsRangeOver(task: Task, { grams, bounds }: Market, runs: readonly Run[]): Range | null {
  if (!bounds || knownMean(bounds.low, runs)?.knownMs !== knownMean(grams, runs)?.knownMs) return null
  const [low, high] = [gramsOver(task, bounds.low, runs), gramsOver(task, bounds.high, runs)]
  return low === null || high === null ? null : { low, high }
}

/**
 * The energy of what is left, started in one go at submission, or now where the outlook no longer knows that time, grams. Restarts are not in
 * it: a job that had begun at submission would have needed none.
 */
export function baselineGrams(task: Task, { grams }: Market): number | null {
  const { job, restMs, work } = task
  const from = (start: number) => knownMean(grams, [{ from: start, to: start + restMs }])
  const mean = from(job.submittedAt) ?? from(work.earliest)
  return mean && mean.value * energyKWh(task, restMs)
}

/** What the zone's market asks while it runs, whatever the node's owner pays; `null` where nothing is published. */
export function electricityOver({ outlook, price }: Market, runs: readonly Run[]): ElectricityPrice | null {
  const mean = price && knownMean(price, runs)
  if (!mean || !outlook.price) return null
  const { currency, market } = outlook.price
  return { minorPerKWh: mean.value, currency, market, knownShare: mean.knownMs / lengthOf(runs) }
}
