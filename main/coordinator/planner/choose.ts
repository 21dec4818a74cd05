import { type CostCurve, costOver } from './cost-curve.ts'
import { type PauseRules, type Progress, cheapestRunsWithRestarts } from './restarts.ts'
import { type Run, type Runs, cheapestRuns, leastCost } from './runs.ts'
import { type WindowQuery, cheapestRun } from './window.ts'

/** Work that waits for its time: what is left of a job. Times are epoch milliseconds; `latestEnd` is the deadline less its margin. */
export interface Work extends WindowQuery {
  /** `null` if the job cannot pause. */
  readonly pauses: PauseRules | null
  readonly progress: Progress
}

export interface Choice {
  /** In order; the first begins at `earliest` if the job should run now. */
  readonly runs: readonly Run[]
  /** Mean cost of the run time, in the unit of the curve; `null` if not all of it is known. */
  readonly cost: number | null
  /** `cheapest`: of all that end in time. `at-once`: nothing else ends in time, or too little is known to wait on. */
  readonly why: 'cheapest' | 'at-once'
}

const isFree = ({ minRunMs, restartMs }: PauseRules): boolean => minRunMs === 0 && restartMs === 0

function cheapest(curve: CostCurve, work: Work): Runs | null {
  const { pauses, progress } = work
  if (pauses) return isFree(pauses) ? cheapestRuns(curve, work) : cheapestRunsWithRestarts(curve, { ...work, ...pauses })
  if (progress === 'running') return null
  const run = cheapestRun(curve, work)
  return run && { runs: [run], cost: run.mean * work.durationMs }
}

function atOnce(curve: CostCurve, { earliest, durationMs, pauses, progress }: Work): Choice {
  const to = earliest + durationMs + (progress === 'paused' ? (pauses?.restartMs ?? 0) : 0)
  return { runs: [{ from: earliest, to }], cost: costOver(curve, earliest, to), why: 'at-once' }
}

/**
 * When to run what is left of a job in one zone, at the least cost of all choices that end in time. The deadline always wins: with too
 * little time or forecast left to choose from, it runs at once. Asked again with what is left whenever a forecast is new; only the past is
 * binding.
 */
export function chooseTime(curve: CostCurve, work: Work): Choice {
  const found = cheapest(curve, work)
  if (!found) return atOnce(curve, work)
  const ran = found.runs.reduce((sum, { from, to }) => sum + to - from, 0)
  return { runs: found.runs.map(({ from, to }) => ({ from, to })), cost: found.cost / ran, why: 'cheapest' }
}

/** The least cost × ms at which the work can end in time; `Infinity` if {@link chooseTime} would have to run it at once. */
function bound(curve: CostCurve, work: Work): number {
  if (work.pauses && isFree(work.pauses)) return leastCost(curve, work)
  return cheapest(curve, work)?.cost ?? Infinity
}

export interface ZoneChoice<Z> extends Choice {
  readonly zone: Z
}

/**
 * Zone and time together: of the best times in every zone, the cheapest; of equals the first. Curves must share their scales. A zone in
 * which nothing fits is taken only if that is so in all of them, and then the one where running at once costs least. `null` without zones.
 */
export function chooseZoneAndTime<Z>(curves: ReadonlyMap<Z, CostCurve>, work: Work): ZoneChoice<Z> | null {
  let [best, least]: [Z | null, number] = [null, Infinity]
  for (const [zone, curve] of curves) {
    const cost = bound(curve, work)
    if (cost >= least) continue
    best = zone
    least = cost
  }
  const chosen = best === null ? undefined : curves.get(best)
  if (best !== null && chosen) return { zone: best, ...chooseTime(chosen, work) }
  const rushed = [...curves].map(([zone, curve]) => ({ zone, ...atOnce(curve, work) }))
  return rushed.toSorted((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity))[0] ?? null
}
