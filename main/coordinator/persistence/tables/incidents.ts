import type { IncidentActionKind, IncidentCause, IncidentEnding, IncidentState } from '../../../../shared/contract/incident.ts'

/** Tables of incidents, as kysely sees them. Times are epoch milliseconds; truth values are 0 and 1. */
export interface IncidentTables {
  incident: {
    id: string
    cause: IncidentCause
    zone: string
    node_id: string | null
    simulated: number
    state: IncidentState
    summary: string
    detected_at: number
    /** Since when the cause has been there without a break. */
    present_since: number
    /** Since when it is not there, `null` while it is. */
    gone_since: number | null
    /** 1 once the cause has been gone for long enough: what comes after is another incident. */
    over: number
    acknowledged_at: number | null
    acknowledged_by: string | null
    ended_at: number | null
    ended_how: IncidentEnding['how'] | null
    ended_by: string | null
    note: string | null
  }
  /** Only ever appended to. */
  incident_transition: { incident_id: string; seq: number; at: number; from_state: IncidentState; to_state: IncidentState; reason: string }
  /** Only ever appended to. */
  incident_action: { incident_id: string; seq: number; at: number; job_id: string; action: IncidentActionKind; reason: string }
  /** Events that an operator made up, apart from everything a provider said. `event` is JSON. */
  simulation: { id: string; zone: string; event: string; from_at: number; to_at: number; made_by: string }
}
