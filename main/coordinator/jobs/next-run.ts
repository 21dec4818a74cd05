import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { fromIso } from '../../../shared/units.ts'
import type { JobAtHand } from './world.ts'

/** A planned job that waits for its next run. Epoch milliseconds. */
export interface Due {
  readonly jobId: string
  readonly spec: JobSpec
  readonly nodeId: string
  readonly zone: string
  readonly from: number
  readonly to: number
  /** From when on it may begin whenever there is a place, since it waits for nothing else; `null` if it waits for its window. */
  readonly asSoonAsPossible: number | null
  /** Nodes that are not asked for a while, or not at all. */
  readonly avoids: readonly string[]
  /** Nobody else may have it. */
  readonly isPinned: boolean
  /** It has been said that its window is open and its node is not. */
  readonly isTold: boolean
  /** In seconds of a virtual clock: the lower goes first, whoever’s it is. */
  readonly turn: number
}

/** A job with a cap or several runs waits for its hour even if it is to start at once. */
const asSoonAsPossible = ({ carbon, earliestStart }: JobSpec, { runs }: Plan): number | null =>
  carbon.rule === 'now' && carbon.capG === null && runs.length === 1 ? (earliestStart === null ? 0 : fromIso(earliestStart)) : null

export function dueOf({ job: { jobId, spec, pinnedTo }, avoids, barred, turn }: JobAtHand, plan: Plan, run: Plan['runs'][number]): Due {
  const { nodeId, zone } = plan
  return {
    jobId,
    spec,
    nodeId,
    zone,
    from: fromIso(run.from),
    to: fromIso(run.to),
    asSoonAsPossible: asSoonAsPossible(spec, plan),
    avoids: barred.length > 0 ? [...avoids, ...barred] : avoids,
    isPinned: pinnedTo !== null,
    isTold: false,
    turn,
  }
}
