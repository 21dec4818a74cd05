import type { Plan } from '../../../shared/contract/plan.ts'
import type { PlanAction } from './input.ts'
import { knownMean } from './over-runs.ts'
import type { RatedSpot } from './spot.ts'
import type { Task } from './task.ts'
import { toIso } from '../../../shared/units.ts'

interface Going {
  readonly action: Extract<PlanAction, 'go-on' | 'pause'>
  readonly reason: string
}

/** Whether a job that runs goes on: it does unless what is left of it, restart included, is better off beginning later. */
export function goOn({ job, unbrokenMs }: Task, { candidate, runs, gPerKWh }: RatedSpot, now: number): Going {
  const from = runs[0]?.from ?? now
  if (candidate.host.node.nodeId === job.runsOn && from <= now) return { action: 'go-on', reason: 'No later time is better for what is left of it.' }
  const asItIs = knownMean(candidate.market.grams, [{ from: now, to: now + unbrokenMs }])
  const instead = asItIs ? ` instead of ${Math.round(asItIs.value)}` : ''
  return { action: 'pause', reason: `It goes on from ${toIso(from)} on: ${Math.round(gPerKWh)} gCO2/kWh${instead}.` }
}

/** Of a place of which nobody knows what the grid is like, there is nothing to plan. */
export const goOnUnknown = (current: Plan | null): Going & { readonly plan: Plan | null } => ({
  plan: current,
  action: 'go-on',
  reason: 'Nothing is known of the grid where it runs.',
})
