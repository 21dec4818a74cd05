import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import type { Selectable } from 'kysely'
import { compiledOnce, inOrderOf, rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { updateRow } from '../persistence/one-row.ts'
import type { AttemptState } from '../persistence/tables/jobs.ts'
import { inPieces } from './in-pieces.ts'
import { OPEN_ATTEMPTS, TOOK_BACK } from './leases.ts'

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
  /** Why its node is asked to save where it is and end; `null` if it is not. */
  readonly askedBack: YieldReason | null
}

/** As much of an attempt as is read often. */
export type RunningAttempt = Pick<Attempt, 'attemptId' | 'jobId' | 'nodeId' | 'leaseId' | 'startedAt' | 'askedBack'>

/** When an attempt ran, and how far what it did is saved. Epoch milliseconds. */
export interface Ran {
  readonly startedAt: number
  readonly endedAt: number | null
  readonly savedAt: number | null
}

/** An attempt that failed before it began, or because of what runs jobs on its node, or that took too long there. */
export interface Unbegun {
  readonly jobId: string
  readonly nodeId: string
  /** Epoch milliseconds. */
  readonly endedAt: number
}

export interface Past {
  /** By job: the attempts that have begun, oldest first. */
  readonly ran: ReadonlyMap<string, readonly Ran[]>
  /** Attempts that failed and whose node is likely to fail another one, too. */
  readonly unbegun: readonly Unbegun[]
}

const STRAGGLER: YieldReason = 'straggler'

/** Whether what ended an attempt is likely to be there still: it could not begin, or what runs jobs there is broken. */
const isThere = ({ isBegun, reason }: { readonly isBegun: boolean; readonly reason: string | null }): boolean =>
  isBegun ? (reason?.startsWith('runtime.') ?? false) : reason !== null && reason !== 'agent.stopped'

/** Whether its node never said a word about it: it is not there any more, though it was heard of a moment ago. */
export const isUnheard = ({ state, startedAt }: { readonly state: string; readonly startedAt?: number | null | undefined }): boolean =>
  state === 'lost' && startedAt === null

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
  askedBack: row.asked_back,
})

const openOfNode = rememberedOnce((db) => db.selectFrom('attempt').selectAll().where('node_id', '=', '').where('state', 'in', OPEN_ATTEMPTS))
const ofJob = compiledOnce((db) => db.selectFrom('attempt').selectAll().where('job_id', '=', '').orderBy('token'))

const openLeases = rememberedOnce((db) => db.selectFrom('attempt').select(['lease_id', 'job_id', 'node_id']).where('state', 'in', OPEN_ATTEMPTS))
const byLease = rememberedOnce((db) => db.selectFrom('attempt').selectAll().where('lease_id', '=', ''))

/** All SQL on table `attempt`. An attempt and its lease are one row: neither exists without the other. */
export function createAttemptsStore(db: Db | Tx) {
  const attempts = () => db.selectFrom('attempt').selectAll()
  return {
    async byLease(leaseId: string): Promise<Attempt | null> {
      const [row] = await byLease(db, [leaseId])
      return row ? decode(row) : null
    },
    async ofJob(jobId: string): Promise<Attempt[]> {
      return (await ofJob(db, [jobId])).map(decode)
    },
    async open(): Promise<Attempt[]> {
      return (await attempts().where('state', 'in', OPEN_ATTEMPTS).orderBy('leased_at').execute()).map(decode)
    },
    /** The same without their plans, which take longer to read than all the rest. */
    async openLeases(): Promise<readonly Pick<Attempt, 'leaseId' | 'jobId' | 'nodeId'>[]> {
      const rows = await openLeases(db, OPEN_ATTEMPTS)
      return rows.map(({ lease_id, job_id, node_id }) => ({ leaseId: lease_id, jobId: job_id, nodeId: node_id }))
    },
    /** Those that run, without their plans. */
    async running(): Promise<readonly RunningAttempt[]> {
      const columns = ['id', 'job_id', 'node_id', 'lease_id', 'started_at', 'asked_back'] as const
      const rows = await db.selectFrom('attempt').select(columns).where('state', '=', 'running').execute()
      return rows.map(({ id, job_id, node_id, lease_id, started_at, asked_back }) => ({
        attemptId: id,
        jobId: job_id,
        nodeId: node_id,
        leaseId: lease_id,
        startedAt: started_at,
        askedBack: asked_back,
      }))
    },
    /** Those that succeeded and were leased at or after `since`, the newest first. */
    async lastSucceeded(since: number, limit: number): Promise<Attempt[]> {
      const rows = await attempts().where('state', '=', 'succeeded').where('leased_at', '>=', since).orderBy('leased_at', 'desc').limit(limit).execute()
      return rows.map(decode)
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
      return inOrderOf(await openOfNode(db, [nodeId, ...OPEN_ATTEMPTS]), (row) => row.leased_at).map(decode)
    },
    /** What these jobs have been through. */
    async past(jobIds: readonly string[]): Promise<Past> {
      const rows = await inPieces(jobIds, (ids) =>
        db
          .selectFrom('attempt')
          .select(['job_id', 'node_id', 'state', 'started_at', 'ended_at', 'saved_at', 'reason'])
          .where('job_id', 'in', ids)
          .orderBy('job_id')
          .orderBy('token')
          .execute(),
      )
      const begun = rows.flatMap(({ job_id, started_at, ended_at, saved_at }) =>
        started_at === null ? [] : [{ jobId: job_id, ran: { startedAt: started_at, endedAt: ended_at, savedAt: saved_at } }],
      )
      const ran = new Map([...Map.groupBy(begun, ({ jobId }) => jobId)].map(([jobId, all]) => [jobId, all.map((one) => one.ran)]))
      const unbegun = rows.flatMap(({ job_id, node_id, state, started_at, ended_at, reason }) =>
        (state === 'failed' && isThere({ isBegun: started_at !== null, reason })) || reason === STRAGGLER || reason === TOOK_BACK
          ? [{ jobId: job_id, nodeId: node_id, endedAt: ended_at ?? 0 }]
          : [],
      )
      const unheard = rows.flatMap(({ job_id, node_id, state, started_at, ended_at }) =>
        isUnheard({ state, startedAt: started_at }) ? [{ jobId: job_id, nodeId: node_id, endedAt: ended_at ?? 0 }] : [],
      )
      // Once may have been a restart.
      const gone = [...Map.groupBy(unheard, ({ jobId, nodeId }) => `${jobId} ${nodeId}`).values()].flatMap((times) => times.slice(1))
      return { ran, unbegun: [...unbegun, ...gone] }
    },
    /** A checkpoint of this attempt has arrived. */
    async saved(attemptId: string, at: number): Promise<void> {
      await db.updateTable('attempt').set({ saved_at: at }).where('id', '=', attemptId).execute()
    },
    /** What the attempts of a job have saved is worth nothing: it begins again at the start. */
    async forgetSaved(jobId: string): Promise<void> {
      await db.updateTable('attempt').set({ saved_at: null }).where('job_id', '=', jobId).execute()
    },
    async update(attemptId: string, patch: Partial<Pick<Attempt, 'state' | 'startedAt' | 'endedAt' | 'reason' | 'askedBack'>>): Promise<void> {
      const columns = {
        ...(patch.state === undefined ? {} : { state: patch.state }),
        ...(patch.startedAt === undefined ? {} : { started_at: patch.startedAt }),
        ...(patch.endedAt === undefined ? {} : { ended_at: patch.endedAt }),
        ...(patch.reason === undefined ? {} : { reason: patch.reason }),
        ...(patch.askedBack === undefined ? {} : { asked_back: patch.askedBack }),
      }
      await updateRow(db, { of: 'attempt', id: attemptId, set: columns })
    },
  }
}
