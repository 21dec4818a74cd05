import type { IncidentCause, IncidentSummary, IncidentView } from '../../shared/contract/incident.ts'
import { table } from './output.ts'

const CAUSE = {
  'intensity-spike': 'intensity spike',
  surplus: 'surplus',
  curtailment: 'curtailment',
  frequency: 'frequency',
  'stale-source': 'stale source',
  'node-loss': 'node lost',
} as const satisfies Record<IncidentCause, string>

/** A made-up incident never looks like a real one. */
const causeOf = ({ cause, simulated }: Pick<IncidentSummary, 'cause' | 'simulated'>): string => `${simulated ? 'SIMULATED ' : ''}${CAUSE[cause]}`

const minuteOf = (time: string): string => time.slice(0, 16).replace('T', ' ')

/** One row per incident under a header. */
export const incidentTable = (incidents: readonly IncidentSummary[]): string[] =>
  table([
    ['incident', 'detected (UTC)', 'zone', 'cause', 'state', 'what'],
    ...incidents.map((incident) => [
      incident.incidentId,
      minuteOf(incident.detectedAt),
      incident.zone,
      causeOf(incident),
      `${incident.state}${incident.acknowledged && !incident.ended ? ' (seen)' : ''}`,
      incident.summary,
    ]),
  ])

const ENDED = { gone: 'by itself', closed: 'closed', outlasted: 'has lasted for too long to be an incident' } as const

const endOf = ({ ended }: IncidentView): string[] =>
  ended ? [`ended      ${ended.at}, ${ENDED[ended.how]}${ended.by === null ? '' : ` by ${ended.by}`}${ended.note === null ? '' : `: ${ended.note}`}`] : []

/** An incident in words, with every transition and what was done. */
export const describeIncident = (incident: IncidentView): string[] => [
  `incident   ${incident.incidentId}, ${causeOf(incident)} in ${incident.zone}: ${incident.state}`,
  ...(incident.nodeId === null ? [] : [`node       ${incident.nodeId}`]),
  `what       ${incident.summary}`,
  `detected   ${incident.detectedAt}`,
  ...(incident.acknowledged ? [`seen       ${incident.acknowledged.at} by ${incident.acknowledged.by}`] : []),
  ...endOf(incident),
  '',
  ...table([['at (UTC)', 'from', 'to', 'why'], ...incident.transitions.map(({ at, from, to, reason }) => [at.slice(0, 19), from, to, reason])]),
  ...(incident.actions.length === 0
    ? []
    : [
        '',
        ...table([['at (UTC)', 'job', 'action', 'why'], ...incident.actions.map(({ at, jobId, action, reason }) => [at.slice(0, 19), jobId, action, reason])]),
      ]),
]
