import { type Selectable, sql } from 'kysely'
import type { IncidentEnding } from '../../../shared/contract/incident.ts'
import { IncidentCause } from '../../../shared/contract/incident.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { type Search, among, look } from '../persistence/looking.ts'
import type { Move, Standing } from './machine.ts'
import type { Replanned } from './response.ts'

export interface StoredIncident extends Standing {
  readonly incidentId: string
  readonly zone: string
  readonly nodeId: string | null
  readonly simulated: boolean
  readonly summary: string
  readonly acknowledged: { readonly at: number; readonly by: string } | null
  readonly ended: { readonly at: number; readonly how: IncidentEnding['how']; readonly by: string | null; readonly note: string | null } | null
}

const decode = (row: Selectable<Schema['incident']>): StoredIncident => ({
  incidentId: row.id,
  cause: IncidentCause.parse(row.cause),
  zone: row.zone,
  nodeId: row.node_id,
  simulated: row.simulated === 1,
  state: row.state,
  summary: row.summary,
  detectedAt: row.detected_at,
  presentSince: row.present_since,
  goneSince: row.gone_since,
  over: row.over === 1,
  acknowledged: row.acknowledged_at === null || row.acknowledged_by === null ? null : { at: row.acknowledged_at, by: row.acknowledged_by },
  ended: row.ended_at === null || row.ended_how === null ? null : { at: row.ended_at, how: row.ended_how, by: row.ended_by, note: row.note },
})

/** What of an incident may change. */
const encode = ({ state, summary, presentSince, goneSince, over, acknowledged, ended }: StoredIncident) => ({
  state,
  summary,
  present_since: presentSince,
  gone_since: goneSince,
  over: over ? 1 : 0,
  acknowledged_at: acknowledged?.at ?? null,
  acknowledged_by: acknowledged?.by ?? null,
  ended_at: ended?.at ?? null,
  ended_how: ended?.how ?? null,
  ended_by: ended?.by ?? null,
  note: ended?.note ?? null,
})

interface StoredTransition extends Pick<Move, 'from' | 'to' | 'reason'> {
  readonly at: number
}

interface StoredAction extends Replanned {
  readonly at: number
}

/** All SQL on tables `incident`, `incident_transition` and `incident_action`. */
export const createIncidentsStore = (db: Db | Tx) => ({ ...single(db), ...lists(db), ...records(db) })

function single(db: Db | Tx) {
  return {
    /** `twin`: there is a live one of this cause in this place already. */
    async add(incident: StoredIncident): Promise<'added' | 'twin'> {
      const { incidentId, cause, zone, nodeId, simulated, detectedAt } = incident
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('incident')
        .values({ id: incidentId, cause, zone, node_id: nodeId, simulated: simulated ? 1 : 0, detected_at: detectedAt, ...encode(incident) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n ? 'added' : 'twin'
    },
    async save(incident: StoredIncident): Promise<void> {
      await db.updateTable('incident').set(encode(incident)).where('id', '=', incident.incidentId).execute()
    },
    async get(incidentId: string): Promise<StoredIncident | null> {
      const row = await db.selectFrom('incident').selectAll().where('id', '=', incidentId).executeTakeFirst()
      return row ? decode(row) : null
    },
  }
}

interface IncidentFilter {
  readonly which: 'open' | 'all'
  readonly states: readonly string[] | null
  readonly causes: readonly string[] | null
  readonly zones: readonly string[] | null
  readonly nodeId: string | null
}

interface IncidentPage extends IncidentFilter {
  readonly after: string | null
  readonly limit: number
}

/** The words of the first condition are those of an index. */
const searchFor = ({ which, states, causes, zones, nodeId }: IncidentFilter): Search => ({
  from: sql`incident`,
  at: sql`detected_at`,
  id: sql`id`,
  by: which === 'open' ? [sql`state <> 'RESOLVED'`] : [],
  rest: [
    ...(states === null ? [] : [among(sql`state`, states)]),
    ...(causes === null ? [] : [among(sql`cause`, causes)]),
    ...(zones === null ? [] : [among(sql`zone`, zones)]),
    ...(nodeId === null ? [] : [sql`node_id = ${nodeId}`]),
  ],
})

function lists(db: Db | Tx) {
  return {
    /** Those whose cause may still be there, ended by an operator or not, oldest first. */
    async live(): Promise<StoredIncident[]> {
      return (await db.selectFrom('incident').selectAll().where('over', '=', 0).orderBy('detected_at').orderBy('id').execute()).map(decode)
    },
    /** Newest first, those after the incident `after`. */
    async page({ after, limit, ...filter }: IncidentPage): Promise<{ readonly incidents: StoredIncident[]; readonly next: string | null }> {
      const last = after === null ? undefined : await db.selectFrom('incident').select(['id', 'detected_at']).where('id', '=', after).executeTakeFirst()
      const { spots, next } = await look(db, searchFor(filter), { before: last ? { at: last.detected_at, id: last.id } : null, limit })
      const ids = spots.map(({ id }) => id)
      if (ids.length === 0) return { incidents: [], next: next?.id ?? null }
      const rows = await db.selectFrom('incident').selectAll().where('id', 'in', ids).orderBy('detected_at', 'desc').orderBy('id', 'desc').execute()
      return { incidents: rows.map(decode), next: next?.id ?? null }
    },
  }
}

function records(db: Db | Tx) {
  return {
    async addTransition(incidentId: string, { at, from, to, reason }: StoredTransition): Promise<void> {
      const { count } = await db
        .selectFrom('incident_transition')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('incident_id', '=', incidentId)
        .executeTakeFirstOrThrow()
      await db
        .insertInto('incident_transition')
        .values({ incident_id: incidentId, seq: count + 1, at, from_state: from, to_state: to, reason })
        .execute()
    },
    async transitions(incidentId: string): Promise<StoredTransition[]> {
      const rows = await db.selectFrom('incident_transition').selectAll().where('incident_id', '=', incidentId).orderBy('seq').execute()
      return rows.map(({ at, from_state, to_state, reason }) => ({ at, from: from_state, to: to_state, reason }))
    },
    async addActions(incidentId: string, actions: readonly StoredAction[]): Promise<void> {
      const { count } = await db
        .selectFrom('incident_action')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('incident_id', '=', incidentId)
        .executeTakeFirstOrThrow()
      for (const [index, { at, jobId, action, reason }] of actions.entries())
        await db
          .insertInto('incident_action')
          .values({ incident_id: incidentId, seq: count + index + 1, at, job_id: jobId, action, reason: reason.slice(0, 500) })
          .execute()
    },
    async actions(incidentId: string): Promise<StoredAction[]> {
      const rows = await db.selectFrom('incident_action').selectAll().where('incident_id', '=', incidentId).orderBy('seq').execute()
      return rows.map(({ at, job_id, action, reason }) => ({ at, jobId: job_id, action, reason }))
    },
  }
}
