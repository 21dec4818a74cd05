import type { JobSpec } from '../../shared/contract/job.ts'
import type { PlanAnswer } from '../../shared/contract/plan.ts'

/**
 * What a requester is told of a plan: machines belong to others, so each is named by a number that means something within this answer only, and of those
 * that cannot take the job there is only how many.
 */
function withoutNodeIds(answer: PlanAnswer): PlanAnswer {
  const labels = new Map<string, string>()
  const named = <T extends { readonly nodeId: string }>(place: T): T => {
    const label = labels.get(place.nodeId) ?? `node-${labels.size + 1}`
    labels.set(place.nodeId, label)
    return { ...place, nodeId: label }
  }
  const { plan, compared, alternatives } = answer
  return {
    ...answer,
    plan: plan && named(plan),
    compared: { composite: compared.composite && named(compared.composite), joint: compared.joint && named(compared.joint) },
    alternatives: alternatives.map(named),
    out: [],
  }
}

/** A dry run as whoever asks may see it. */
export const planFor =
  (plan: (spec: JobSpec) => Promise<PlanAnswer>) =>
  async (spec: JobSpec, seesNodes: boolean): Promise<PlanAnswer> => {
    const answer = await plan(spec)
    return seesNodes ? answer : withoutNodeIds(answer)
  }
