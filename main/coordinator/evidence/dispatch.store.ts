import { sql } from 'kysely'
import type { IncidentActionKind } from '../../../shared/contract/incident.ts'
import { Plan } from '../../../shared/contract/plan.ts'
import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Db } from '../persistence/database.ts'

/** Epoch milliseconds. */
interface Run {
  readonly attemptId: string
  readonly jobId: string
  readonly leasedAt: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly planned: { readonly from: string; readonly to: string } | null
  readonly askedBack: YieldReason | null
  /** Whether what it drew is in a receipt. */
  readonly isProven: boolean
}

interface Moved {
  readonly incidentId: string
  readonly cause: string
  readonly isSimulated: boolean
  readonly detectedAt: number
  readonly endedAt: number | null
  readonly at: number
  readonly jobId: string
  readonly action: IncidentActionKind
}

/** What moves work; the others leave it where it is. */
const MOVES: readonly IncidentActionKind[] = ['pause', 'defer', 'bring-forward', 're-route']

/** Reads, of jobs, incidents and decisions, what was asked of a machine and when. */
export const createDispatchStore = (db: Db) => ({
  async firstMetered(nodeId: string): Promise<number | null> {
    const row = await db
      .selectFrom('receipt')
      .select((e) => e.fn.min<number | null>('started_at').as('at'))
      .where('node_id', '=', nodeId)
      .executeTakeFirst()
    return row?.at ?? null
  },
  /** Runs of a machine that reach into a stretch, oldest first. */
  async runs(nodeId: string, { from, to }: { readonly from: number; readonly to: number }): Promise<Run[]> {
    const rows = await db
      .selectFrom('attempt')
      .select(['id', 'job_id', 'leased_at', 'started_at', 'ended_at', 'plan', 'asked_back'])
      .select((e) =>
        e
          .exists(e.selectFrom('proof').select(sql`1`.as('one')).whereRef('proof.attempt_id', '=', 'attempt.id').where('proof.receipt_id', 'is not', null))
          .as('proven'),
      )
      .where('node_id', '=', nodeId)
      .where('started_at', '<', to)
      .where((e) => e.or([e('ended_at', 'is', null), e('ended_at', '>', from)]))
      .orderBy('leased_at')
      .orderBy('id')
      .execute()
    return rows.map((row) => ({
      attemptId: row.id,
      jobId: row.job_id,
      leasedAt: row.leased_at,
      startedAt: row.started_at ?? row.leased_at,
      endedAt: row.ended_at,
      planned: Plan.pick({ window: true }).strip().safeParse(JSON.parse(row.plan)).data?.window ?? null,
      askedBack: row.asked_back,
      isProven: Boolean(row.proven),
    }))
  },
  /** Work that incidents of these zones moved within a stretch, oldest first. */
  async moved(zones: readonly string[], { from, to }: { readonly from: number; readonly to: number }): Promise<Moved[]> {
    const rows = await db
      .selectFrom('incident_action')
      .innerJoin('incident', 'incident.id', 'incident_action.incident_id')
      .select(['incident.id', 'cause', 'simulated', 'detected_at', 'ended_at', 'incident_action.at', 'incident_action.job_id', 'incident_action.action'])
      .where('incident.zone', 'in', zones)
      .where('incident_action.action', 'in', MOVES)
      .where('incident_action.at', '>=', from)
      .where('incident_action.at', '<', to)
      .orderBy('incident_action.at')
      .orderBy('incident_action.seq')
      .execute()
    return rows.map((row) => ({
      incidentId: row.id,
      cause: row.cause,
      isSimulated: row.simulated === 1,
      detectedAt: row.detected_at,
      endedAt: row.ended_at,
      at: row.at,
      jobId: row.job_id,
      action: row.action,
    }))
  },
  /** The newest decision of a kind about a job that was made by `at`. */
  async decisionOn(jobId: string, kinds: readonly string[], at: number): Promise<{ readonly seq: number; readonly hash: string } | null> {
    const row = await db
      .selectFrom('decision_subject')
      .innerJoin('decision', 'decision.seq', 'decision_subject.seq')
      .select(['decision.seq', 'decision.hash'])
      .where('decision_subject.kind', '=', 'job')
      .where('decision_subject.id', '=', jobId)
      .where('decision.kind', 'in', kinds)
      .where('decision.at', '<=', at)
      .orderBy('decision.seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row ?? null
  },
})

export type DispatchStore = ReturnType<typeof createDispatchStore>
export type { Moved, Run }
