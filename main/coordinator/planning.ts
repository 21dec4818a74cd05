import type { Clock } from '../kernel/clock.ts'
import type { GridHistory } from './grid/history.ts'
import type { GridOracle } from './grid/oracle.ts'
import { createOutlooks } from './grid/outlook/outlooks.ts'
import type { PlanJobs, Planned } from './jobs/ports.ts'
import { planChoices } from './plan-policy.ts'
import type { PlanInput, PlanOutcome, ZoneOutlook } from './planner/input.ts'
import { withItsErrors, withoutNoise } from './planner/forecast/sharpen.ts'

/** What is expected of the grid in each of the zones that anybody knows anything about, in their order. */
export type ForeseeZones = (zones: readonly string[]) => Promise<readonly ZoneOutlook[]>

interface ForesightDeps {
  readonly oracle: Pick<GridOracle, 'expected' | 'look'>
  readonly history: Pick<GridHistory, 'said' | 'measured'>
  readonly clock: Pick<Clock, 'now'>
  readonly shutdown: AbortSignal
}

/** Forecasts as the grid gives them, corrected as the planner knows to. */
export function createForesight(deps: ForesightDeps): ForeseeZones {
  const outlookOf = createOutlooks({ ...deps, sharpen: { clean: withoutNoise, correct: withItsErrors } })
  return async (zones) => (await Promise.all(zones.map(outlookOf))).filter((outlook) => outlook !== null)
}

interface PlanningDeps {
  readonly foresee: ForeseeZones
  /** The share of each hour of the UTC week in which the owner of a node lets it work; `null` while too little is known. */
  readonly availability: (nodeId: string, zone: string) => readonly number[] | null
  /** Plans a round: `planJobs`, here or elsewhere. */
  readonly run: (input: PlanInput) => PlanOutcome | Promise<PlanOutcome>
}

const NOTHING: Planned = {
  outcome: [],
  choiceOf: (jobId) => {
    throw new RangeError(`${jobId} was not planned`)
  },
}

/** Plans with what is expected of the grid in every zone that has a node, and of the nodes' owners. A zone without an outlook takes no jobs. */
export const createPlanning =
  ({ foresee, availability, run }: PlanningDeps): PlanJobs =>
  async ({ now, jobs, nodes: known }) => {
    // What thousands of idle nodes say of themselves is no reason to look at every one of them.
    if (jobs.length === 0) return NOTHING
    const zones = [...new Set(known.map(({ capabilities }) => capabilities.zone))].toSorted()
    const nodes = known.map((node) => ({ ...node, availability: availability(node.nodeId, node.capabilities.zone), priceMinorPerKWh: null }))
    const input = { now, jobs, nodes, zones: await foresee(zones) }
    const outcome = await run(input)
    return { outcome, choiceOf: planChoices(input, outcome) }
  }
