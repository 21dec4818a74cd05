import type { IncidentActionKind, IncidentCause } from '../../../shared/contract/incident.ts'

/** Jobs that are planned again: those planned in a zone, those planned on a node, or (both `null`) every one that waits. */
export interface ReplanScope {
  readonly zone: string | null
  readonly nodeId: string | null
}

/** What became of one job. */
export interface Replanned {
  readonly jobId: string
  readonly action: IncidentActionKind
  readonly reason: string
}

interface Response {
  /** `null` if no job is touched. */
  readonly replan: ReplanScope | null
  readonly reason: string
}

/** What is done about an incident for the jobs that have not begun, and why. */
export function responseTo({ cause, zone, nodeId }: { readonly cause: IncidentCause; readonly zone: string; readonly nodeId: string | null }): Response {
  switch (cause) {
    case 'intensity-spike':
      return { replan: { zone, nodeId: null }, reason: `Jobs that have not begun in ${zone} are planned again with the spike known.` }
    case 'surplus':
    case 'curtailment':
      return { replan: { zone: null, nodeId: null }, reason: `Every job that waits is planned again: ${zone} has clean power to spare.` }
    case 'stale-source':
      return { replan: { zone, nodeId: null }, reason: `Jobs that have not begun in ${zone} are planned again on what else is known.` }
    case 'node-loss':
      return { replan: { zone: null, nodeId }, reason: 'Jobs planned on the lost node are planned again; the one it held is given on when its lease ends.' }
    case 'frequency':
      return { replan: null, reason: 'No job is moved: frequency is back sooner than a job could be.' }
    default:
      return cause satisfies never
  }
}
