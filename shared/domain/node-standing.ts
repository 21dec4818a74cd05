import type { JobSpec } from '../contract/job.ts'

/** What a coordinator makes of how a node has worked so far, as far as it decides who is given a job. */
export interface NodeStanding {
  /** How likely its next job is done well, 0 to 1: 0.5 for a node that nothing is known of. */
  readonly reputation: number
  /** It was quarantined and has still to show that it works again: until then it is given small jobs only. */
  readonly onProbation: boolean
  /** It has had as many results as it may have in a day, and is given nothing more until the next. */
  readonly atQuota?: true
}

/** The most that a job may cost that is given to a node on probation, micro-USD. */
export const PROBATION_MAX_MICRO_USD = 100_000n

/** Whether a job is small enough for a node that has still to show that it works again. */
export const isTrialJob = ({ price, needs }: Pick<JobSpec, 'price' | 'needs'>): boolean =>
  needs.minReputation === undefined && BigInt(price.maxMicroUsd) <= PROBATION_MAX_MICRO_USD

/** Whether a node's standing keeps it from a job; a node of which nobody says anything is as good as a new one. */
export function missesReputation(standing: NodeStanding | undefined, spec: Pick<JobSpec, 'price' | 'needs'>): boolean {
  const { reputation, onProbation } = standing ?? NEW_NODE
  return reputation < (spec.needs.minReputation ?? 0) || (onProbation && !isTrialJob(spec))
}

/** A node that nothing is known of. */
export const NEW_NODE: NodeStanding = { reputation: 0.5, onProbation: false }
