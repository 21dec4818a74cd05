import type { Exclusion, Plan } from '../../../shared/contract/plan.ts'
import type { JobState } from '../../../shared/contract/job.ts'
import { JobSpec } from '../../../shared/contract/job.ts'
import type { Selectable } from 'kysely'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { UNFINISHED } from './leases.ts'

export type Excluded = Partial<Record<Exclusion, number>>

export interface Job {
  readonly jobId: string
  readonly requesterId: string
  readonly spec: JobSpec
  readonly state: JobState
  readonly reason: string | null
  readonly message: string | null
  readonly submittedAt: number
  readonly updatedAt: number
  readonly deadlineAt: number
  readonly plan: Plan | null
  readonly plannedAt: number | null
  readonly excluded: Excluded
  /** How often it was sent to another zone although it could have stayed. */
  readonly reroutes: number
  readonly token: number
  readonly outputSha256: string | null
  readonly receiptId: string | null
  readonly receiptIds: readonly string[]
  readonly priceMicroUsd: bigint | null
}

export type JobPatch = Partial<Omit<Job, 'jobId' | 'requesterId' | 'spec' | 'submittedAt' | 'deadlineAt'>>

/** Specifications that were read before, by job: they never change, and reading one takes longer than all the rest. */
export type SpecCache = Map<string, JobSpec>

const specOf = ({ id, spec }: Selectable<Schema['job']>, known?: SpecCache): JobSpec => known?.get(id) ?? JobSpec.parse(JSON.parse(spec))

const decode = (row: Selectable<Schema['job']>, known?: SpecCache): Job => ({
  jobId: row.id,
  requesterId: row.requester_id,
  spec: specOf(row, known),
  state: row.state,
  reason: row.reason,
  message: row.message,
  submittedAt: row.submitted_at,
  updatedAt: row.updated_at,
  deadlineAt: row.deadline_at,
  plan: row.plan === null ? null : (JSON.parse(row.plan) as Plan),
  plannedAt: row.planned_at,
  excluded: JSON.parse(row.excluded) as Excluded,
  reroutes: row.reroutes,
  token: row.token,
  outputSha256: row.output_sha256,
  receiptId: row.receipt_id,
  receiptIds: row.receipt_ids === null ? (row.receipt_id === null ? [] : [row.receipt_id]) : (JSON.parse(row.receipt_ids) as string[]),
  priceMicroUsd: row.price_micro,
})

const encode = (patch: JobPatch) => ({
  ...(patch.state === undefined ? {} : { state: patch.state }),
  ...(patch.reason === undefined ? {} : { reason: patch.reason }),
  ...(patch.message === undefined ? {} : { message: patch.message }),
  ...(patch.updatedAt === undefined ? {} : { updated_at: patch.updatedAt }),
  ...(patch.plan === undefined ? {} : { plan: patch.plan === null ? null : JSON.stringify(patch.plan) }),
  ...(patch.plannedAt === undefined ? {} : { planned_at: patch.plannedAt }),
  ...(patch.excluded === undefined ? {} : { excluded: JSON.stringify(patch.excluded) }),
  ...(patch.reroutes === undefined ? {} : { reroutes: patch.reroutes }),
  ...(patch.token === undefined ? {} : { token: patch.token }),
  ...(patch.outputSha256 === undefined ? {} : { output_sha256: patch.outputSha256 }),
  ...(patch.receiptId === undefined ? {} : { receipt_id: patch.receiptId }),
  ...(patch.receiptIds === undefined ? {} : { receipt_ids: JSON.stringify(patch.receiptIds) }),
  ...(patch.priceMicroUsd === undefined ? {} : { price_micro: patch.priceMicroUsd }),
})

export interface JobPage {
  readonly requesterId: string
  readonly state: JobState | null
  /** Id of the last job the reader has seen. */
  readonly after: string | null
  readonly limit: number
}

const jobsIn = (db: Db | Tx) => db.selectFrom('job').selectAll()

function single(db: Db | Tx) {
  return {
    async add(job: Pick<Job, 'jobId' | 'requesterId' | 'spec' | 'submittedAt' | 'deadlineAt' | 'reason' | 'message'>): Promise<void> {
      const empty = {
        plan: null,
        planned_at: null,
        excluded: '{}',
        reroutes: 0,
        token: 0,
        output_sha256: null,
        receipt_id: null,
        receipt_ids: null,
        price_micro: null,
      }
      const times = { submitted_at: job.submittedAt, updated_at: job.submittedAt, deadline_at: job.deadlineAt }
      const said = { state: 'queued', reason: job.reason, message: job.message, priority: job.spec.priority } as const
      await db
        .insertInto('job')
        .values({ id: job.jobId, requester_id: job.requesterId, spec: JSON.stringify(job.spec), ...said, ...times, ...empty })
        .execute()
    },
    async get(jobId: string): Promise<Job | null> {
      const row = await jobsIn(db).where('id', '=', jobId).executeTakeFirst()
      return row ? decode(row) : null
    },
    async update(jobId: string, patch: JobPatch): Promise<void> {
      await db.updateTable('job').set(encode(patch)).where('id', '=', jobId).execute()
    },
  }
}

function lists(db: Db | Tx) {
  return {
    /** Queued, planned, leased, running and verifying jobs, the most urgent first. `known` learns what is read, and forgets what has ended. */
    async allUnfinished(known: SpecCache): Promise<Job[]> {
      const rows = await jobsIn(db).where('state', 'in', UNFINISHED).orderBy('priority', 'desc').orderBy('submitted_at').orderBy('id').execute()
      const jobs = rows.map((row) => decode(row, known))
      known.clear()
      for (const { jobId, spec } of jobs) known.set(jobId, spec)
      return jobs
    },
    /** Whether a job waits that nobody has planned since it was submitted or came back. */
    async isAnyUnplanned(): Promise<boolean> {
      const row = await db
        .selectFrom('job')
        .select('id')
        .where('state', 'in', ['queued', 'planned'])
        .where('planned_at', 'is', null)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    /** Where these jobs stand at this moment. */
    async standings(jobIds: readonly string[]): Promise<ReadonlyMap<string, Pick<Job, 'state' | 'token'>>> {
      const rows = await db.selectFrom('job').select(['id', 'state', 'token']).where('id', 'in', jobIds).execute()
      return new Map(rows.map(({ id, state, token }) => [id, { state, token }]))
    },
    /** Ids of a requester's jobs that may still cost something. */
    async unfinished(requesterId: string): Promise<string[]> {
      const rows = await db.selectFrom('job').select('id').where('requester_id', '=', requesterId).where('state', 'in', UNFINISHED).execute()
      return rows.map(({ id }) => id)
    },
    /** Ids of jobs in these states whose deadline is at or before `at`. */
    async overdue(states: readonly JobState[], at: number): Promise<string[]> {
      const rows = await db.selectFrom('job').select('id').where('state', 'in', states).where('deadline_at', '<=', at).execute()
      return rows.map(({ id }) => id)
    },
    /** Newest first. */
    async page({ requesterId, state, after, limit }: JobPage): Promise<Job[]> {
      const last = after === null ? undefined : await db.selectFrom('job').select(['id', 'submitted_at']).where('id', '=', after).executeTakeFirst()
      let query = jobsIn(db).where('requester_id', '=', requesterId)
      if (state !== null) query = query.where('state', '=', state)
      if (last)
        query = query.where((e) => e.or([e('submitted_at', '<', last.submitted_at), e.and([e('submitted_at', '=', last.submitted_at), e('id', '<', last.id)])]))
      const rows = await query.orderBy('submitted_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
      return rows.map((row) => decode(row))
    },
  }
}

/** All SQL on table `job`. */
export const createJobsStore = (db: Db | Tx) => ({ ...single(db), ...lists(db) })
