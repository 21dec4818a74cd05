import { type PlacementScore, placementScore } from '../../../shared/domain/score.ts'
import { type Calendar, meanTaken } from './calendar.ts'
import type { CostCurve } from './timing/cost-curve.ts'
import type { Candidate } from './eligible.ts'
import type { Market } from './markets.ts'
import { knownMean, lengthOf } from './over-runs.ts'
import type { Run } from './timing/runs.ts'
import { type Task, energyKWh } from './task.ts'

/** A node, and when a job would run there. */
export interface Spot {
  readonly candidate: Candidate
  /** In order. */
  readonly runs: readonly Run[]
}

/** What it would be like. */
export interface RatedSpot extends Spot {
  /** Mean forecast intensity over the runs. */
  readonly gPerKWh: number
  /** What the owner states, or else the mean published price over the runs; `null` if neither is known. */
  readonly minorPerKWh: number | null
  readonly score: PlacementScore
  /** By the job's weights, per unit of the time it needs: a restart makes it dearer. */
  readonly objective: number
}

/** Grams over the runs; beyond the forecast, the known part stands for the whole. `null` if nothing is known. */
export function gramsOver(task: Task, curve: CostCurve, runs: readonly Run[]): number | null {
  const mean = knownMean(curve, runs)
  return mean && mean.value * energyKWh(task, lengthOf(runs))
}

const priceOver = ({ market }: Candidate, runs: readonly Run[]): number | null =>
  market.ownerPrice ?? (market.price && knownMean(market.price, runs)?.value) ?? null

export const isWithinCap = (task: Task, { grams }: Market, runs: readonly Run[]): boolean =>
  task.capG === Infinity || (gramsOver(task, grams, runs) ?? Infinity) <= task.capG

/** `null` where nothing is known of the time of the runs. Where nobody states a price the dearest counts: silence must not win. */
export function rate(spot: Spot, task: Task, calendar: Calendar): RatedSpot | null {
  const { candidate, runs } = spot
  const { market, host } = candidate
  const [grams, objective] = [knownMean(market.grams, runs), knownMean(market.curveFor(task.weights), runs)]
  if (!grams || !objective) return null
  const minorPerKWh = priceOver(candidate, runs)
  const utilisation = Math.min(1, meanTaken(calendar, runs) / host.places)
  return {
    candidate,
    runs,
    gPerKWh: grams.value,
    minorPerKWh,
    score: placementScore({ gPerKWh: grams.value, priceMinorPerKWh: minorPerKWh ?? task.eligible.dearest, utilisation }),
    objective: (objective.value * lengthOf(runs)) / task.work.durationMs,
  }
}
