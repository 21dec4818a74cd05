import type { Plan } from '../../../shared/contract/plan.ts'
import type { Selectable } from 'kysely'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import type { AttemptState } from '../persistence/tables/jobs.ts'
import { OPEN_ATTEMPTS, UNFINISHED } from './leases.ts'

const LONGEST_ATTEMPT_MS = 8 * 86_400_000

export interface Attempt {
  readonly attemptId: string
  readonly jobId: string
  readonly nodeId: string
  readonly leaseId: string
  readonly token: number
  readonly state: AttemptState
  readonly plan: Plan
  readonly leasedAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly reason: string | null
}

/** When an attempt ran, and how far what it did is saved. Epoch milliseconds. */
export interface Ran {
  readonly startedAt: number
  readonly endedAt: number | null
  readonly savedAt: number | null
}

/** An attempt that failed before it began. */
export interface Unbegun {
  readonly jobId: string
  readonly nodeId: string
  /** Epoch milliseconds. */
  readonly endedAt: number
}

const decode = (row: Selectable<Schema['attempt']>): Attempt => ({
  attemptId: row.id,
  jobId: row.job_id,
  nodeId: row.node_id,
  leaseId: row.lease_id,
  token: row.token,
  state: row.state,
  plan: JSON.parse(row.plan) as Plan,
  leasedAt: row.leased_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  reason: row.reason,
})

/** All SQL on table `attempt`. An attempt and its lease are one row: neither exists without the other. */
export function createAttemptsStore(db: Db | Tx) {
  const attempts = () => db.selectFrom('attempt').selectAll()
  return {
    async add({ attemptId, jobId, nodeId, leaseId, token, plan, leasedAt }: Omit<Attempt, 'state' | 'startedAt' | 'endedAt' | 'reason'>): Promise<void> {
      const fresh = { state: 'leased', started_at: null, ended_at: null, saved_at: null, reason: null } as const
      await db
        .insertInto('attempt')
        .values({ id: attemptId, job_id: jobId, node_id: nodeId, lease_id: leaseId, token, plan: JSON.stringify(plan), leased_at: leasedAt, ...fresh })
        .execute()
    },
    async byLease(leaseId: string): Promise<Attempt | null> {
      const row = await attempts().where('lease_id', '=', leaseId).executeTakeFirst()
      return row ? decode(row) : null
    },
    async ofJob(jobId: string): Promise<Attempt[]> {
      return (await attempts().where('job_id', '=', jobId).orderBy('token').execute()).map(decode)
    },
    async open(): Promise<Attempt[]> {
      return (await attempts().where('state', 'in', OPEN_ATTEMPTS).orderBy('leased_at').execute()).map(decode)
    },
    /** Nodes that hold a lease, or lost one at or after `since` because they fell silent. */
    async holders(since: number): Promise<Set<string>> {
      const silent = await db
        .selectFrom('attempt')
        .select('node_id')
        .where('state', '=', 'lost')
        // What the index knows: no job may run for longer than a week.
        .where('leased_at', '>=', since - LONGEST_ATTEMPT_MS)
        .where('reason', '=', 'lease.expired')
        .where('ended_at', '>=', since)
        .execute()
      const open = await db.selectFrom('attempt').select('node_id').where('state', 'in', OPEN_ATTEMPTS).execute()
      return new Set([...silent, ...open].map(({ node_id }) => node_id))
    },
    async openOfNode(nodeId: string): Promise<Attempt[]> {
      return (await attempts().where('node_id', '=', nodeId).where('state', 'in', OPEN_ATTEMPTS).orderBy('leased_at').execute()).map(decode)
    },
    /** By job: the attempts, oldest first, that unfinished jobs have begun. */
    async ofUnfinished(): Promise<ReadonlyMap<string, readonly Ran[]>> {
      const rows = await db
        .selectFrom('attempt')
        .innerJoin('job', 'job.id', 'attempt.job_id')
        .select(['attempt.job_id', 'attempt.started_at', 'attempt.ended_at', 'attempt.saved_at'])
        .where('job.state', 'in', UNFINISHED)
        .where('job.token', '>', 0)
        .orderBy('attempt.token')
        .execute()
      const begun = rows.flatMap(({ job_id, started_at, ended_at, saved_at }) =>
        started_at === null ? [] : [{ jobId: job_id, ran: { startedAt: started_at, endedAt: ended_at, savedAt: saved_at } }],
      )
      return new Map([...Map.groupBy(begun, ({ jobId }) => jobId)].map(([jobId, all]) => [jobId, all.map(({ ran }) => ran)]))
    },
    /** Attempts at unfinished jobs that failed before they began, but for those that a stopping agent gave back. */
    async unbegun(): Promise<readonly Unbegun[]> {
      const rows = await db
        .selectFrom('attempt')
        .innerJoin('job', 'job.id', 'attempt.job_id')
        .select(['attempt.job_id', 'attempt.node_id', 'attempt.ended_at'])
        .where('job.state', 'in', UNFINISHED)
        .where('attempt.state', '=', 'failed')
        .where('attempt.started_at', 'is', null)
        .where('attempt.reason', '!=', 'agent.stopped')
        .execute()
      return rows.map(({ job_id, node_id, ended_at }) => ({ jobId: job_id, nodeId: node_id, endedAt: ended_at ?? 0 }))
    },
    /** A checkpoint of this attempt has arrived. */
    async saved(attemptId: string, at: number): Promise<void> {
      await db.updateTable('attempt').set({ saved_at: at }).where('id', '=', attemptId).execute()
    },
    /** What the attempts of a job have saved is worth nothing: it begins again at the start. */
    async forgetSaved(jobId: string): Promise<void> {
      await db.updateTable('attempt').set({ saved_at: null }).where('job_id', '=', jobId).execute()
    },
    async update(attemptId: string, patch: Partial<Pick<Attempt, 'state' | 'startedAt' | 'endedAt' | 'reason'>>): Promise<void> {
      const columns = {
        ...(patch.state === undefined ? {} : { state: patch.state }),
        ...(patch.startedAt === undefined ? {} : { started_at: patch.startedAt }),
        ...(patch.endedAt === undefined ? {} : { ended_at: patch.endedAt }),
        ...(patch.reason === undefined ? {} : { reason: patch.reason }),
      }
      await db.updateTable('attempt').set(columns).where('id', '=', attemptId).execute()
    },
  }
}
