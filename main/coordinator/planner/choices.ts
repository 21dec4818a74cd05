import { BY_SCORE, type Search, byObjective, findBest, findSoonest, lowest } from './search.ts'
import type { RatedSpot } from './spot.ts'

/** The two choices for a job, and the better one. */
export interface Choices {
  /** By the placement score. */
  readonly composite: RatedSpot | null
  /** By the job's objective, zone and time together. */
  readonly joint: RatedSpot | null
  readonly chosen: { readonly spot: RatedSpot; readonly by: 'composite' | 'joint' } | null
  /** All that were looked at closely. */
  readonly weighed: readonly RatedSpot[]
}

export const NO_CHOICES: Choices = { composite: null, joint: null, chosen: null, weighed: [] }

/** Objectives this close, relative to the larger one, are the same: they differ by rounding. */
const SAME = 1e-9

function better(composite: RatedSpot | null, joint: RatedSpot | null): Choices['chosen'] {
  if (!composite || !joint) return composite ? { spot: composite, by: 'composite' } : joint && { spot: joint, by: 'joint' }
  const margin = SAME * Math.max(Math.abs(composite.objective), Math.abs(joint.objective))
  return joint.objective < composite.objective - margin ? { spot: joint, by: 'joint' } : { spot: composite, by: 'composite' }
}

/** A job that has to start at once, or has no time to choose. Where one moment is as good as another for it, the score decides alone. */
export function chooseSoonest(search: Search): Choices {
  const { task } = search
  const weighed = findSoonest(search)
  const composite = lowest(weighed, BY_SCORE)
  const joint = task.startsAtOnce ? composite : lowest(weighed, byObjective(task))
  return { composite, joint, chosen: better(composite, joint), weighed }
}

/**
 * Both choices for a job, given what is free. `granted` is what planning all jobs together has given it, if anything: within the cap, that is
 * the joint choice. At equal objective the composite's choice counts.
 */
export function chooseSpot(search: Search, granted: RatedSpot | null): Choices {
  const { task } = search
  if (task.startsAtOnce) return chooseSoonest(search)
  const joint = granted ? { best: granted, weighed: [granted] } : findBest(search, byObjective(task))
  if (!joint.best) return chooseSoonest(search)
  const scored = findBest(search, BY_SCORE)
  const composite = scored.best && lowest([scored.best, joint.best], BY_SCORE)
  return { composite, joint: joint.best, chosen: better(composite, joint.best), weighed: [...scored.weighed, ...joint.weighed] }
}
