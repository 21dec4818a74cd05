import { type Selectable, sql } from 'kysely'
import type { JobState } from '../../../../shared/contract/job.ts'
import type { TemplateId } from '../../../../shared/contract/job-links.ts'
import type { Db, Schema, Tx } from '../../persistence/database.ts'
import type { Job, NewJob } from '../jobs.store.ts'
import { newJobRow } from '../new-job.store.ts'

/** Jobs that were submitted together. `submittedAt`: epoch milliseconds. */
export interface JobArray {
  readonly arrayId: string
  readonly requesterId: string
  readonly name: string
  readonly jobs: number
  readonly submittedAt: number
  /** Of what was submitted, hex. */
  readonly requestSha256: string
  readonly template: TemplateId | null
}

/** How far an array is, and what was paid for it. */
export interface ArrayCount {
  readonly states: Readonly<Partial<Record<JobState, number>>>
  readonly paidMicroUsd: bigint
}

/** Jobs that one statement adds: databases limit how many values a statement may have. */
const AT_ONCE = 500

const decode = (row: Selectable<Schema['job_array']>): JobArray => ({
  arrayId: row.id,
  requesterId: row.requester_id,
  name: row.name,
  jobs: row.jobs,
  submittedAt: row.submitted_at,
  requestSha256: row.request_sha256,
  template: row.template_name === null || row.template_version === null ? null : { name: row.template_name, version: row.template_version },
})

/** All SQL on table `job_array`, and on jobs as parts of one. */
export function createArraysStore(db: Db | Tx) {
  return {
    async add({ arrayId, requesterId, name, jobs, submittedAt, requestSha256, template }: JobArray): Promise<void> {
      const from = { template_name: template?.name ?? null, template_version: template?.version ?? null }
      await db
        .insertInto('job_array')
        .values({ id: arrayId, requester_id: requesterId, name, jobs, submitted_at: submittedAt, request_sha256: requestSha256, ...from })
        .execute()
    },
    /** Returns how many of them were added: one whose id is taken is not. */
    async addJobs(jobs: readonly NewJob[]): Promise<number> {
      let added = 0
      for (let from = 0; from < jobs.length; from += AT_ONCE) {
        const rows = jobs.slice(from, from + AT_ONCE).map(newJobRow)
        const result = await db
          .insertInto('job')
          .values(rows)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst()
        added += Number(result.numInsertedOrUpdatedRows ?? 0n)
        // Sockets and timers get a turn.
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      return added
    },
    async get(arrayId: string): Promise<JobArray | null> {
      const row = await db.selectFrom('job_array').selectAll().where('id', '=', arrayId).executeTakeFirst()
      return row ? decode(row) : null
    },
    /** Newest first, from after an array on. */
    async page({ requesterId, after, limit }: { readonly requesterId: string; readonly after: JobArray | null; readonly limit: number }): Promise<JobArray[]> {
      let query = db.selectFrom('job_array').selectAll().where('requester_id', '=', requesterId)
      if (after)
        query = query.where((e) =>
          e.or([e('submitted_at', '<', after.submittedAt), e.and([e('submitted_at', '=', after.submittedAt), e('id', '<', after.arrayId)])]),
        )
      return (await query.orderBy('submitted_at', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(decode)
    },
    async countOf(arrayId: string): Promise<ArrayCount> {
      const rows = await db
        .selectFrom('job')
        .select(['state', (e) => e.fn.countAll<number>().as('count'), sql<bigint | null>`cast(sum(price_micro) as bigint)`.as('paid_micro')])
        .where('array_id', '=', arrayId)
        .groupBy('state')
        .execute()
      const states = Object.fromEntries(rows.map(({ state, count }) => [state, count]))
      return { states, paidMicroUsd: rows.reduce((sum, { paid_micro }) => sum + (paid_micro ?? 0n), 0n) }
    },
    /** Ids of its jobs that wait and were never given to a machine, the first of them. */
    async untouched(arrayId: string, limit: number): Promise<string[]> {
      const waiting = db.selectFrom('job').select('id').where('array_id', '=', arrayId).where('state', 'in', ['queued', 'planned'])
      return (await waiting.where('token', '=', 0).limit(limit).execute()).map(({ id }) => id)
    },
    /** Moves jobs that all stand alike. */
    async move(jobIds: readonly string[], { state, reason, message, at }: Pick<Job, 'state' | 'reason' | 'message'> & { readonly at: number }): Promise<void> {
      await db.updateTable('job').set({ state, reason, message, updated_at: at }).where('id', 'in', jobIds).execute()
    },
    /** Ids of its jobs in these states, the first of them. */
    async jobsIn(arrayId: string, states: readonly JobState[], limit: number): Promise<string[]> {
      const rows = await db.selectFrom('job').select('id').where('array_id', '=', arrayId).where('state', 'in', states).limit(limit).execute()
      return rows.map(({ id }) => id)
    },
  }
}
