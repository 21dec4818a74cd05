import type { IncidentCause, IncidentSummary, IncidentView } from '../../shared/contract/incident.ts'
import { dateWord, inClockTime, ownTimeZone } from './clock-time.ts'
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

/** Nobody should wonder why it still goes on. */
const clearingOf = ({ clearing }: IncidentSummary): string | null =>
  clearing && `cause gone since ${clearing.goneSince}, ends at ${clearing.endsAt} unless it returns`

/** One row per incident under a header; times by the clock of `timeZone`. */
export const incidentTable = (incidents: readonly IncidentSummary[], timeZone: string = ownTimeZone()): string[] =>
  inClockTime(rowsOf(incidents, timeZone), timeZone)

const rowsOf = (incidents: readonly IncidentSummary[], timeZone: string): string[] =>
  table([
    ['incident', 'detected', 'zone', 'cause', 'state', 'what'],
    ...incidents.map((incident) => [
      incident.incidentId,
      dateWord(Date.parse(incident.detectedAt), timeZone),
      incident.zone,
      causeOf(incident),
      `${incident.state}${incident.acknowledged && !incident.ended ? ' (seen)' : ''}`,
      `${incident.summary}${incident.clearing ? ` (${clearingOf(incident)})` : ''}`,
    ]),
  ])

const ENDED = { gone: 'by itself', closed: 'closed', outlasted: 'has lasted for too long to be an incident' } as const

const endOf = ({ ended }: IncidentView): string[] =>
  ended ? [`ended      ${ended.at}, ${ENDED[ended.how]}${ended.by === null ? '' : ` by ${ended.by}`}${ended.note === null ? '' : `: ${ended.note}`}`] : []

/** An incident in words, with every transition and what was done; times by the clock of `timeZone`. */
export const describeIncident = (incident: IncidentView, timeZone: string = ownTimeZone()): string[] => inClockTime(linesOf(incident, timeZone), timeZone)

const linesOf = (incident: IncidentView, timeZone: string): string[] => [
  `incident   ${incident.incidentId}, ${causeOf(incident)} in ${incident.zone}: ${incident.state}`,
  ...(incident.nodeId === null ? [] : [`node       ${incident.nodeId}`]),
  `what       ${incident.summary}`,
  `detected   ${incident.detectedAt}`,
  ...(incident.acknowledged ? [`seen       ${incident.acknowledged.at} by ${incident.acknowledged.by}`] : []),
  ...(incident.clearing ? [`waiting    ${clearingOf(incident)}`] : []),
  ...endOf(incident),
  '',
  ...table([['at', 'from', 'to', 'why'], ...incident.transitions.map(({ at, from, to, reason }) => [dateWord(Date.parse(at), timeZone), from, to, reason])]),
  ...(incident.actions.length === 0
    ? []
    : [
        '',
        ...table([
          ['at', 'job', 'action', 'why'],
          ...incident.actions.map(({ at, jobId, action, reason }) => [dateWord(Date.parse(at), timeZone), jobId, action, reason]),
        ]),
      ]),
]
