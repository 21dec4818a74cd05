import { answerOf } from './answer.ts'
import { gapsOf } from './gaps.ts'
import type { PlanInput, PlanOutcome, PlannerJob } from './input.ts'
import { exclusionsOf } from './reasons.ts'
import { type Decided, decideAll } from './round.ts'
import { prepareWorld } from './world.ts'

/** Plans jobs for one state of nodes and zones. */
export type Planner = (jobs: readonly PlannerJob[]) => PlanOutcome

/** Makes nodes and zones ready once, for any number of rounds at the same moment; see {@link planJobs}. */
export function preparePlanner(input: Omit<PlanInput, 'jobs'>): Planner {
  const world = prepareWorld(input)
  return (jobs) => {
    const begun = new Set(jobs.flatMap(({ jobId, progress }) => (progress === 'running' ? [jobId] : [])))
    const [leased, planned] = [world.calendars(begun), world.calendars(begun)]
    const decided = decideAll(jobs, world, planned)
    const stages = { now: world.now, leased, planned, gaps: planned.map((calendar) => gapsOf(calendar, world.now)), crowded: new Map() }
    return decided.map(({ task, choices, plan, hostIndex, action, reason, reroutes }: Decided) => {
      const out = exclusionsOf(task, hostIndex, stages)
      return { jobId: task.job.jobId, answer: answerOf(task, { choices, plan, out, nodes: input.nodes.length }), action, reason, reroutes }
    })
  }
}

/**
 * Where and when every job of a round runs. All jobs are planned together by their objectives; for each, the choice of the placement score is
 * worked out as well, and the better of the two by the job's objective counts, the score's if they are equal. A job that has a plan in
 * another zone moves only by the rule of `choosePlacement`. Nodes are never given more than they have, and no job a plan that ends after its
 * deadline, leaves its zones, or exceeds its cap. Pure: the same input gives the same outcome, bit for bit.
 */
export const planJobs = ({ jobs, ...world }: PlanInput): PlanOutcome => preparePlanner(world)(jobs)
