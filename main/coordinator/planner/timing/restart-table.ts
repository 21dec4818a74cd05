import { type StepGrid, runCost } from './step-grid.ts'

/** The work to be done in a window of steps. */
export interface Task {
  readonly workMs: number
  /** Run time that every restart adds. */
  readonly restartMs: number
  /** Least whole steps of every run but the last. */
  readonly minSteps: number
  /** Most restarts, and most whole steps of work with all of them. */
  readonly restarts: number
  readonly steps: number
  /** What a pause adds to the count of restarts: nothing where they are free, so that they need not be told apart. */
  readonly counted: 0 | 1
}

/** The work that is left once `restarts` pauses and `steps` whole steps lie behind. */
export const leftMs = ({ workMs, restartMs }: Task, { stepMs }: StepGrid, restarts: number, steps: number): number =>
  workMs + restarts * restartMs - steps * stepMs

type Costs = (step: number, restarts: number, steps: number) => number

/** Least cost from each step on, by restarts and steps run so far; `Infinity` where it does not end in time. A pause lasts a step at least. */
export interface RestartTable {
  /** While the job runs, and may pause. */
  readonly running: Costs
  /** While it runs and does not pause now. */
  readonly goOn: Costs
  /** While it pauses, and may begin. */
  readonly idle: Costs
  /** As a run that begins now, its restart being counted already. */
  readonly begin: Costs
}

/** Runs of the least length and of one step, by the step they begin with. */
const runsFrom = (grid: StepGrid, steps: number): Float64Array =>
  Float64Array.from({ length: grid.count + 1 }, (_, step) => runCost(grid, step, steps * grid.stepMs))

/** Steps of work that may lie behind at `step`: with more, none is left; with fewer, it cannot end in time any more. */
function stepsBehind(grid: StepGrid, task: Task, { step, restarts }: { readonly step: number; readonly restarts: number }): readonly [number, number] {
  const { stepMs, first, latestEnd } = grid
  const work = leftMs(task, grid, restarts, 0)
  const fewest = Math.max(restarts * task.minSteps, Math.ceil((work - (latestEnd - first - step * stepMs)) / stepMs))
  return [fewest, Math.min(step, task.steps, Math.ceil(work / stepMs) - 1)]
}

/** Dynamic programming backwards over the steps of the window. Only states in which some work is left, and can still end in time, are filled. */
export function restartTable(grid: StepGrid, task: Task): RestartTable {
  const { count, stepMs } = grid
  const { minSteps, counted } = task
  const [width, depth] = [task.steps + 1, task.restarts + 1]
  const running = new Float64Array((count + 1) * depth * width).fill(Infinity)
  const idle = running.slice()
  const rowOf = (step: number, restarts: number): number => (step * depth + restarts) * width
  const read =
    (table: Float64Array): Costs =>
    (step, restarts, steps) =>
      step > count || restarts >= depth || steps >= width ? Infinity : (table[rowOf(step, restarts) + steps] as number)
  const runningAt = read(running)
  const [shortest, whole] = [runsFrom(grid, minSteps), runsFrom(grid, 1)]
  const begin: Costs = (step, restarts, steps) => {
    if (restarts >= depth) return Infinity
    const left = leftMs(task, grid, restarts, steps)
    if (left <= minSteps * stepMs) return runCost(grid, step, left)
    return (shortest[step] as number) + runningAt(step + minSteps, restarts, steps + minSteps)
  }
  const goOn: Costs = (step, restarts, steps) => {
    const left = leftMs(task, grid, restarts, steps)
    return left <= stepMs ? runCost(grid, step, left) : (whole[step] as number) + runningAt(step + 1, restarts, steps + 1)
  }
  for (let step = count - 1; step >= 0; step -= 1)
    for (let restarts = 0; restarts < depth; restarts += 1) {
      const [fewest, most] = stepsBehind(grid, task, { step, restarts })
      const [row, nextRow] = [rowOf(step, restarts), rowOf(step + 1, restarts)]
      for (let steps = fewest; steps <= most; steps += 1) {
        const waits = idle[nextRow + steps] as number
        idle[row + steps] = Math.min(waits, begin(step, restarts + counted, steps))
        running[row + steps] = Math.min(waits, goOn(step, restarts, steps))
      }
    }
  return { running: runningAt, idle: read(idle), begin, goOn }
}
