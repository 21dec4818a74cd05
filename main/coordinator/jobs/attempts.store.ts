import type { Plan } from '../../../shared/contract/job.ts'
import type { Selectable } from 'kysely'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import type { AttemptState } from '../persistence/tables/jobs.ts'
import { OPEN_ATTEMPTS } from './leases.ts'

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
      const fresh = { state: 'leased', started_at: null, ended_at: null, reason: null } as const
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
