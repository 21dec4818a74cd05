/** The life of one incident: MONITORING → ANOMALY_DETECTED → EVALUATING → ADAPTING → RESOLVED. Pure; times are epoch milliseconds. */
import type { IncidentCause, IncidentEnding, IncidentState } from '../../../shared/contract/incident.ts'

const MINUTE_MS = 60_000

/** What a cause has to do to be believed, and to be believed gone. */
interface Patience {
  /** It has to be there for this long without a break before anything is done about it. */
  readonly confirmMs: number
  /** It has to be away for this long without a break before it counts as gone: one that comes back sooner is the same incident. */
  readonly clearMs: number
}

export const PATIENCE: Readonly<Record<IncidentCause, Patience>> = {
  // Plans are not made anew for a figure that is corrected a minute later; half an hour is a settlement period.
  'intensity-spike': { confirmMs: 2 * MINUTE_MS, clearMs: 30 * MINUTE_MS },
  surplus: { confirmMs: 2 * MINUTE_MS, clearMs: 30 * MINUTE_MS },
  curtailment: { confirmMs: 2 * MINUTE_MS, clearMs: 30 * MINUTE_MS },
  frequency: { confirmMs: 0, clearMs: 10 * MINUTE_MS },
  // These two have waited already: the one for its source's staleness, the other for the node's silence.
  'stale-source': { confirmMs: 0, clearMs: 5 * MINUTE_MS },
  'node-loss': { confirmMs: 0, clearMs: 5 * MINUTE_MS },
}

/** What lasts longer is how things are now, and no incident any more. */
export const LONGEST_MS = 7 * 86_400_000

/** What one look at a cause gave. `unknown` is no news: nothing begins and nothing ends by it. */
export type Seen = 'present' | 'absent' | 'unknown'

export interface Standing {
  readonly cause: IncidentCause
  readonly state: IncidentState
  readonly detectedAt: number
  readonly presentSince: number
  readonly goneSince: number | null
  /** The cause has been gone for long enough; if it comes back, that is another incident. */
  readonly over: boolean
}

export interface Move {
  readonly from: IncidentState
  readonly to: IncidentState
  readonly reason: string
  /** How it ended, `null` unless `to` is `RESOLVED`. */
  readonly how: IncidentEnding['how'] | null
}

/** Every way from one state to the next; nothing leaves `RESOLVED`. */
export const NEXT: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  MONITORING: ['ANOMALY_DETECTED'],
  ANOMALY_DETECTED: ['EVALUATING', 'RESOLVED'],
  EVALUATING: ['ADAPTING', 'RESOLVED'],
  ADAPTING: ['RESOLVED'],
  RESOLVED: [],
}

const minutes = (ms: number): string => `${Math.round(ms / MINUTE_MS)} minutes`

/** A cause that was not there before is seen for the first time. */
export const detect = (cause: IncidentCause, now: number): Standing => ({
  cause,
  state: 'ANOMALY_DETECTED',
  detectedAt: now,
  presentSince: now,
  goneSince: null,
  over: false,
})

/** The standing after one more look. Not a move: that is what {@link moveOf} says. */
export function look(standing: Standing, seen: Seen, now: number): Standing {
  if (seen === 'unknown') return standing
  if (seen === 'present') return standing.goneSince === null ? standing : { ...standing, presentSince: now, goneSince: null }
  const goneSince = standing.goneSince ?? now
  // Closed or outlasted, it still has to go away before it can begin again.
  return { ...standing, goneSince, over: standing.over || (standing.state === 'RESOLVED' && isClear(standing.cause, goneSince, now)) }
}

const isClear = (cause: IncidentCause, goneSince: number, now: number): boolean => now - goneSince >= PATIENCE[cause].clearMs

/** What happens next by itself, or `null`. `EVALUATING` ends with {@link adapted}, when it is known what is done. */
export function moveOf(standing: Standing, seen: Seen, now: number): Move | null {
  const { cause, state, goneSince, presentSince, detectedAt } = standing
  if (state === 'RESOLVED') return null
  const { confirmMs, clearMs } = PATIENCE[cause]
  const ends = (how: 'gone' | 'outlasted', reason: string): Move => ({ from: state, to: 'RESOLVED', reason, how })
  if (seen === 'absent' && goneSince !== null && isClear(cause, goneSince, now)) return ends('gone', `The cause has been gone for ${minutes(clearMs)}.`)
  if (now - detectedAt >= LONGEST_MS) return ends('outlasted', 'It has lasted for a week: this is how things are now.')
  if (state !== 'ANOMALY_DETECTED' || seen !== 'present' || now - presentSince < confirmMs) return null
  return { from: state, to: 'EVALUATING', reason: confirmMs === 0 ? 'It is certain at once.' : `It has been there for ${minutes(confirmMs)}.`, how: null }
}

/** What is done has been chosen and carried out. */
export const adapted = (state: IncidentState, reason: string): Move | null =>
  state === 'EVALUATING' ? { from: state, to: 'ADAPTING', reason, how: null } : null

/** An operator ends it; `null` if it has ended. */
export const closed = (state: IncidentState, note: string): Move | null =>
  state === 'RESOLVED' ? null : { from: state, to: 'RESOLVED', reason: `Closed by an operator: ${note}`.slice(0, 500), how: 'closed' }

/** The standing after a move. One that ended because its cause is gone is over. */
export const moved = (standing: Standing, move: Move): Standing => ({ ...standing, state: move.to, over: standing.over || move.how === 'gone' })
