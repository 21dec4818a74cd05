import type { Exclusion, Plan } from '../../../shared/contract/plan.ts'
import type { JobState } from '../../../shared/contract/job.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Selectable } from 'kysely'
import type { ArrayPlace, TemplateId } from '../../../shared/contract/job-links.ts'
import { rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { updateRow } from '../persistence/one-row.ts'
import { inPieces } from './in-pieces.ts'
import { readSpec } from './spec-text.ts'

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
  readonly template: TemplateId | null
  readonly array: ArrayPlace | null
  /** It waits for other jobs, or for its next try, and is not planned until then. */
  readonly isBlocked: boolean
  /** When it is tried again after it failed by itself; `null` unless it rests. */
  readonly retryAt: number | null
  /** Where it stands in its requester’s line, virtual ms; the lower goes first. */
  readonly fairStart: number
  /** Its deadline was never promised. */
  readonly isBestEffort: boolean
  /** Which result of it is being made, from 1 on: those before it wait to be compared. */
  readonly copy: number
  /** So many results have to agree; more than its requester asked for while the coordinator has it repeated. */
  readonly agree: number
  /** Until when the coordinator waits for somebody to repeat it, epoch ms; `null` unless it does. */
  readonly confirmBy: number | null
  /** The only node that may do it; `null`: any. */
  readonly pinnedTo: string | null
}

/** What a job is from its submission on. */
type Fixed = 'jobId' | 'requesterId' | 'spec' | 'submittedAt' | 'deadlineAt' | 'template' | 'array' | 'fairStart' | 'isBestEffort'
export type NewJob = Pick<Job, Fixed | 'reason' | 'message' | 'isBlocked'>
export type JobPatch = Partial<Omit<Job, Fixed>>

/** Specifications that were read before, by job: they never change, and reading one takes longer than all the rest. */
export type SpecCache = Map<string, JobSpec>

const specOf = ({ id, spec }: Selectable<Schema['job']>, known?: SpecCache): JobSpec => known?.get(id) ?? readSpec(spec)

/** A row as everything else knows it. */
export const decodeJob = (row: Selectable<Schema['job']>, known?: SpecCache): Job => ({
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
  template: row.template_name === null || row.template_version === null ? null : { name: row.template_name, version: row.template_version },
  array: row.array_id === null || row.array_index === null ? null : { arrayId: row.array_id, index: row.array_index },
  isBlocked: row.blocked === 1,
  retryAt: row.retry_at,
  fairStart: row.fair_start,
  isBestEffort: row.best_effort === 1,
  copy: row.copy,
  agree: row.agree,
  confirmBy: row.confirm_by,
  pinnedTo: row.pinned_to,
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
  ...(patch.isBlocked === undefined ? {} : { blocked: patch.isBlocked ? 1 : 0 }),
  ...(patch.retryAt === undefined ? {} : { retry_at: patch.retryAt }),
  ...(patch.copy === undefined ? {} : { copy: patch.copy }),
  ...(patch.agree === undefined ? {} : { agree: patch.agree }),
  ...(patch.confirmBy === undefined ? {} : { confirm_by: patch.confirmBy }),
  ...(patch.pinnedTo === undefined ? {} : { pinned_to: patch.pinnedTo }),
  ...(patch.priceMicroUsd === undefined ? {} : { price_micro: patch.priceMicroUsd }),
})

const byId = rememberedOnce((db) => db.selectFrom('job').selectAll().where('id', '=', ''))

function single(db: Db | Tx) {
  return {
    async get(jobId: string): Promise<Job | null> {
      const [row] = await byId(db, [jobId])
      return row ? decodeJob(row) : null
    },
    async update(jobId: string, patch: JobPatch): Promise<void> {
      await updateRow(db, { of: 'job', id: jobId, set: encode(patch) })
    },
  }
}

function lists(db: Db | Tx) {
  return {
    /** Where these jobs stand at this moment. */
    async standings(jobIds: readonly string[]): Promise<ReadonlyMap<string, Pick<Job, 'state' | 'token'>>> {
      const rows = await db.selectFrom('job').select(['id', 'state', 'token']).where('id', 'in', jobIds).execute()
      return new Map(rows.map(({ id, state, token }) => [id, { state, token }]))
    },
    /** Which of these jobs give this reason for where they stand. */
    async saying(reason: string, jobIds: readonly string[]): Promise<string[]> {
      const rows = await inPieces(jobIds, (ids) => db.selectFrom('job').select('id').where('id', 'in', ids).where('reason', '=', reason).execute())
      return rows.map(({ id }) => id)
    },
    /** What these jobs need of a machine. */
    async needsOf(jobIds: readonly string[]): Promise<ReadonlyMap<string, JobSpec['needs']>> {
      const rows = await inPieces(jobIds, (ids) => db.selectFrom('job').select(['id', 'spec']).where('id', 'in', ids).execute())
      return new Map(rows.map(({ id, spec }) => [id, readSpec(spec).needs]))
    },
    /** Which of these jobs of a requester produced something that is no longer kept. */
    async withoutOutput(requesterId: string, jobIds: readonly string[]): Promise<string[]> {
      if (jobIds.length === 0) return []
      const rows = await db
        .selectFrom('job')
        .select('id')
        .where('id', 'in', jobIds)
        .where('requester_id', '=', requesterId)
        .where('output_gone', '=', 1)
        .execute()
      return rows.map(({ id }) => id)
    },
    /** Ids of at most so many jobs whose next try is due. */
    async rested(now: number, limit: number): Promise<string[]> {
      const rows = await db.selectFrom('job').select('id').where('retry_at', '<=', now).orderBy('retry_at').limit(limit).execute()
      return rows.map(({ id }) => id)
    },
    /** Ids of at most so many jobs in these states whose deadline is at or before `at`, the earliest first. One that is only repeated is done already. */
    async overdue(states: readonly JobState[], { at, limit }: { readonly at: number; readonly limit: number }): Promise<string[]> {
      const due = db.selectFrom('job').select('id').where('state', 'in', states).where('confirm_by', 'is', null).where('deadline_at', '<=', at)
      const rows = await due.orderBy('deadline_at').limit(limit).execute()
      return rows.map(({ id }) => id)
    },
  }
}

/** All SQL on table `job`. */
export const createJobsStore = (db: Db | Tx) => ({ ...single(db), ...lists(db) })
