import type { IncidentActionKind, IncidentCause, IncidentState, IncidentSummary } from '../../../shared/contract/incident.ts'
import type { Word } from '../../lib/words.ts'
import { word } from '../words.ts'

const CAUSE: Readonly<Record<IncidentCause, string>> = {
  'intensity-spike': 'Intensity spike',
  surplus: 'Surplus',
  curtailment: 'Curtailment',
  frequency: 'Grid frequency',
  'stale-source': 'Grid data out of date',
  'node-loss': 'Node lost',
}

export const causeWord = (cause: IncidentCause): string => CAUSE[cause]

const STATE: Readonly<Record<IncidentState, Word>> = {
  MONITORING: word('plain', 'ring', 'Monitoring'),
  ANOMALY_DETECTED: word('honey', 'bang', 'Anomaly detected'),
  EVALUATING: word('honey', 'half', 'Evaluating'),
  ADAPTING: word('slate', 'half-right', 'Adapting'),
  RESOLVED: word('leaf', 'check', 'Resolved'),
}

export const incidentWord = ({ state, clearing }: Pick<IncidentSummary, 'state' | 'clearing'>): Word =>
  clearing === null ? STATE[state] : { ...STATE[state], word: `${STATE[state].word}, clearing` }

const ACTION: Readonly<Record<IncidentActionKind, string>> = {
  pause: 'Paused, to go on from its checkpoint',
  defer: 'Deferred',
  'bring-forward': 'Brought forward',
  're-route': 'Re-routed',
  place: 'Placed',
  hold: 'Held',
  keep: 'Left as it was',
}

export const actionWord = (action: IncidentActionKind): string => ACTION[action]
