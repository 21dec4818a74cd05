import { type CostCurve, costOver } from './cost-curve.ts'
import { type RestartTable, type Task, leftMs, restartTable } from './restart-table.ts'
import type { Run, Runs } from './runs.ts'
import { type StepGrid, stepGrid } from './step-grid.ts'
import type { WindowQuery } from './window.ts'

export interface PauseRules {
  /** Every run but the last lasts at least this long, ms. */
  readonly minRunMs: number
  /** Run time that is lost whenever the job goes on after a pause, ms. */
  readonly restartMs: number
}

/** A job before its first run, one that runs at this moment, or one that has paused. */
export type Progress = 'fresh' | 'running' | 'paused'

export interface PausedWork extends WindowQuery, PauseRules {
  readonly progress: Progress
}

const MINUTE_MS = 60_000
/** Runs begin and end on a grid; the finest whose table is not too large is used. */
const STEPS_MS = [15 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS, 120 * MINUTE_MS]
const MOST_STATES = 12_000
const MOST_RUNS = 8

/** Where the job is while its cheapest way through the table is followed. */
interface Place {
  readonly step: number
  readonly restarts: number
  readonly steps: number
}

/** From a run's start (its least time, `minSteps`, being ahead) or from the middle of one, until it pauses or ends. */
function followRun(
  grid: StepGrid,
  task: Task,
  table: RestartTable,
  from: Place & { readonly fresh: boolean },
): { readonly to: number; readonly next: Place | null } {
  const { stepMs, first } = grid
  const { restarts } = from
  let { step, steps } = from
  if (from.fresh && leftMs(task, grid, restarts, steps) > task.minSteps * stepMs) {
    step += task.minSteps
    steps += task.minSteps
  } else if (from.fresh) return { to: first + step * stepMs + leftMs(task, grid, restarts, steps), next: null }
  while (true) {
    const left = leftMs(task, grid, restarts, steps)
    if (table.goOn(step, restarts, steps) > table.idle(step + 1, restarts, steps))
      return { to: first + step * stepMs, next: { step: step + 1, restarts, steps } }
    if (left <= stepMs) return { to: first + step * stepMs + left, next: null }
    step += 1
    steps += 1
  }
}

function followAll(grid: StepGrid, task: Task, table: RestartTable, start: Place & { readonly fresh: boolean; readonly from: number }): readonly Run[] {
  const runs: Run[] = []
  let [place, from, fresh]: [Place | null, number, boolean] = [start, start.from, start.fresh]
  while (place) {
    const { to, next } = followRun(grid, task, table, { ...place, fresh })
    runs.push({ from, to })
    if (!next) break
    let { step } = next
    while (table.begin(step, next.restarts + task.counted, next.steps) !== table.idle(step, next.restarts, next.steps)) step += 1
    place = { step, restarts: next.restarts + task.counted, steps: next.steps }
    from = grid.first + step * grid.stepMs
    fresh = true
  }
  return runs
}

function taskOf(grid: StepGrid, { minRunMs, restartMs }: PauseRules, workMs: number): Task {
  const runAndPauseMs = Math.max(minRunMs, grid.stepMs) + grid.stepMs
  const restarts = restartMs === 0 ? 0 : Math.min(MOST_RUNS - 1, Math.ceil((grid.count * grid.stepMs) / runAndPauseMs))
  return {
    workMs,
    restartMs,
    minSteps: Math.max(1, Math.ceil(minRunMs / grid.stepMs)),
    restarts,
    steps: Math.min(grid.count, Math.ceil((workMs + restarts * restartMs) / grid.stepMs)),
    counted: restartMs === 0 ? 0 : 1,
  }
}

/** The first run begins at a later step of the grid, the earliest of those whose costs differ by rounding; a job that has run pays a restart first. */
function later(grid: StepGrid, work: PausedWork, same: number): Runs | null {
  const task = taskOf(grid, work, work.durationMs + (work.progress === 'fresh' ? 0 : work.restartMs))
  const table = restartTable(grid, task)
  const costs = Array.from({ length: grid.count }, (_, step) => (grid.first + step * grid.stepMs > work.earliest ? table.begin(step, 0, 0) : Infinity))
  const least = Math.min(...costs, Infinity)
  if (least === Infinity) return null
  const step = costs.findIndex((cost) => cost <= least + same)
  return { cost: costs[step] ?? least, runs: followAll(grid, task, table, { step, restarts: 0, steps: 0, fresh: true, from: grid.first + step * grid.stepMs }) }
}

/** The first run begins, or goes on, at once. */
function atOnce(curve: CostCurve, grid: StepGrid, work: PausedWork): Runs | null {
  const { earliest } = work
  const durationMs = work.durationMs + (work.progress === 'paused' ? work.restartMs : 0)
  const toFirst = grid.first - earliest
  const head = toFirst + Math.max(toFirst === 0 ? 1 : 0, Math.ceil((work.minRunMs - toFirst) / grid.stepMs)) * grid.stepMs
  const run = Math.min(head, durationMs)
  const rate = earliest + run > work.latestEnd ? null : costOver(curve, earliest, earliest + run)
  if (rate === null) return null
  if (run === durationMs) return { cost: rate * run, runs: [{ from: earliest, to: earliest + run }] }
  const task = taskOf(grid, work, durationMs - run)
  const table = restartTable(grid, task)
  const step = Math.round((earliest + run - grid.first) / grid.stepMs)
  const rest = table.running(step, 0, 0)
  if (rest === Infinity) return null
  return { cost: rate * run + rest, runs: followAll(grid, task, table, { step, restarts: 0, steps: 0, fresh: false, from: earliest }) }
}

/**
 * The cheapest runs of a job for which pausing has a price: every run but the last lasts `minRunMs`, and `restartMs` of run time, paid like
 * any other, is lost at each restart. Runs begin at once or on quarter hours (coarser for long windows), at most eight of them where
 * restarts cost; among those the choice is exact, by dynamic programming. `null` if nothing fits into the known part of the window.
 */
export function cheapestRunsWithRestarts(curve: CostCurve, work: PausedWork): Runs | null {
  const states = (stepMs: number) => ((work.latestEnd - work.earliest) / stepMs) * (work.durationMs / stepMs) * (work.restartMs === 0 ? 1 : MOST_RUNS)
  const grid = stepGrid(curve, work, STEPS_MS.find((stepMs) => states(stepMs) <= MOST_STATES) ?? Math.max(...STEPS_MS))
  const same = curve.same * work.durationMs
  const [now, then] = [atOnce(curve, grid, work), later(grid, work, same)]
  if (!now || !then) return now ?? then
  return now.cost <= then.cost + same ? now : then
}
