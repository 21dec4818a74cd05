import { type CostCurve, costOver } from './cost-curve.ts'
import { type PauseRules, type Progress, cheapestRunsWithRestarts } from './restarts.ts'
import { type Run, type Runs, cheapestRuns, leastCost } from './runs.ts'
import { type WindowQuery, cheapestRun } from './window.ts'

/** Work that waits for its time: what is left of a job. Times are epoch milliseconds; `latestEnd` is the deadline less its margin. */
export interface Work extends WindowQuery {
  /** `null` if the job cannot pause. */
  readonly pauses: PauseRules | null
  readonly progress: Progress
  /**
   * Share of what starting at once would cost that a wait has to promise for a job that cannot pause; 0 if not given. Such a job bets all of
   * itself on one moment, and a small promise of an uncertain forecast is most often an error of it.
   */
  readonly minGain?: number
}

export interface Choice {
  /** In order; the first begins at `earliest` if the job should run now. */
  readonly runs: readonly Run[]
  /** Mean cost of the run time, in the unit of the curve; `null` if not all of it is known. */
  readonly cost: number | null
  /** `cheapest`: of all that end in time. `at-once`: nothing else ends in time, or too little is known to wait on. */
  readonly why: 'cheapest' | 'at-once'
}

/** What a wait on a forecast has to promise at least, see {@link Work.minGain}. */
export const FORECAST_MIN_GAIN = 0.003

const isFree = ({ minRunMs, restartMs }: PauseRules): boolean => minRunMs === 0 && restartMs === 0

function cheapest(curve: CostCurve, work: Work): Runs | null {
  const { pauses, progress } = work
  if (pauses) return isFree(pauses) ? cheapestRuns(curve, work) : cheapestRunsWithRestarts(curve, { ...work, ...pauses })
  if (progress === 'running') return null
  const run = cheapestRun(curve, work)
  const now = costOver(curve, work.earliest, work.earliest + work.durationMs)
  const isNowAsGood = run !== null && now !== null && now - run.mean < (work.minGain ?? 0) * Math.abs(now)
  if (isNowAsGood) return { runs: [{ from: work.earliest, to: work.earliest + work.durationMs }], cost: now * work.durationMs }
  return run && { runs: [run], cost: run.mean * work.durationMs }
}

function atOnce(curve: CostCurve, { earliest, durationMs, pauses, progress }: Work): Choice {
  const to = earliest + durationMs + (progress === 'paused' ? (pauses?.restartMs ?? 0) : 0)
  return { runs: [{ from: earliest, to }], cost: costOver(curve, earliest, to), why: 'at-once' }
}

function chosen({ runs, cost }: Runs): Choice {
  const ran = runs.reduce((sum, { from, to }) => sum + to - from, 0)
  return { runs: runs.map(({ from, to }) => ({ from, to })), cost: cost / ran, why: 'cheapest' }
}

/**
 * When to run what is left of a job in one zone, at the least cost of all choices that end in time. The deadline always wins: with too
 * little time or forecast left to choose from, it runs at once. Asked again with what is left whenever a forecast is new; only the past is
 * binding.
 */
export function chooseTime(curve: CostCurve, work: Work): Choice {
  const found = cheapest(curve, work)
  return found ? chosen(found) : atOnce(curve, work)
}

/** Cost × ms that no choice can go below; `Infinity` if there is none. Where running is paid for, even lost time earns, so there is no telling. */
export function lowerBound(curve: CostCurve, work: Work): number {
  const least = leastCost(curve, work)
  const isLossFree = work.pauses === null || work.pauses.restartMs === 0
  return isLossFree || least === Infinity || (curve.costs[curve.order[0] ?? 0] ?? 0) >= 0 ? least : -Infinity
}

export interface ZoneChoice<Z> extends Choice {
  readonly zone: Z
}

const byBound = (a: { readonly bound: number }, b: { readonly bound: number }): number => (a.bound === b.bound ? 0 : a.bound - b.bound)

/**
 * Zone and time together: the cheapest of the best times of all zones. Curves must share their scales. A zone in which nothing fits is taken
 * only if that is so in all of them, and then the one where running at once costs least. `null` without zones. Exact: zones are looked at
 * from the one with the lowest bound on, until no other can be cheaper.
 */
export function chooseZoneAndTime<Z>(curves: ReadonlyMap<Z, CostCurve>, work: Work): ZoneChoice<Z> | null {
  const bounds = [...curves].map(([zone, curve]) => ({ zone, curve, bound: lowerBound(curve, work) })).toSorted(byBound)
  const isBoundMet = work.pauses !== null && isFree(work.pauses)
  let [best, found, least]: [(typeof bounds)[number] | null, Runs | null, number] = [null, null, Infinity]
  for (const candidate of bounds) {
    if (candidate.bound >= least) break
    const runs = isBoundMet ? null : cheapest(candidate.curve, work)
    const cost = isBoundMet ? candidate.bound : (runs?.cost ?? Infinity)
    if (cost >= least) continue
    best = candidate
    found = runs
    least = cost
  }
  if (best) return { zone: best.zone, ...(found ? chosen(found) : chooseTime(best.curve, work)) }
  const rushed = [...curves].map(([zone, curve]) => ({ zone, ...atOnce(curve, work) }))
  return rushed.toSorted((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity))[0] ?? null
}
