import type { Plan } from '../../../shared/contract/plan.ts'
import { placeKindFor, placesFor } from '../../../shared/domain/places.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { insertRows, updateRows } from '../persistence/many-rows.ts'
import type { Attempt } from './attempts.store.ts'
import { inPieces } from './in-pieces.ts'
import { type Job, type NewJob, decodeJob } from './jobs.store.ts'
import { OPEN_ATTEMPTS } from './leases.ts'
import { newJobRow } from './new-job.store.ts'
import { placeOf } from './place.ts'
import { readSpec } from './spec-text.ts'

/** What a round of planning makes of a job that waits. */
export type PlannedPatch = Pick<Job, 'jobId' | 'state' | 'reason' | 'message' | 'updatedAt' | 'plan' | 'plannedAt' | 'excluded' | 'reroutes'>

/** What a lease makes of its job. */
type LeasedPatch = Pick<Job, 'jobId' | 'updatedAt' | 'token'> & { readonly plan: Plan }

const JOB = {
  id: 'text',
  requester_id: 'text',
  spec: 'text',
  state: 'text',
  reason: 'text',
  message: 'text',
  priority: 'bigint',
  submitted_at: 'bigint',
  updated_at: 'bigint',
  deadline_at: 'bigint',
  excluded: 'text',
  reroutes: 'bigint',
  token: 'bigint',
  template_name: 'text',
  template_version: 'bigint',
  array_id: 'text',
  array_index: 'bigint',
  blocked: 'bigint',
  output_gone: 'bigint',
  place: 'text',
  fair_start: 'bigint',
  best_effort: 'bigint',
  copy: 'bigint',
  agree: 'bigint',
} as const
const [MOVED, FOUND] = [
  { id: 'text', state: 'text', reason: 'text', message: 'text', updated_at: 'bigint', plan: 'text' },
  { planned_at: 'bigint', excluded: 'text', reroutes: 'bigint' },
] as const
const PLANNED = { ...MOVED, ...FOUND }
const LEASED = { ...MOVED, token: 'bigint' } as const
const ATTEMPT = { id: 'text', job_id: 'text', node_id: 'text', lease_id: 'text', token: 'bigint', state: 'text', plan: 'text', leased_at: 'bigint' } as const

const movedRow = ({ jobId, state, reason, message, updatedAt, plan }: Omit<PlannedPatch, 'plannedAt' | 'excluded' | 'reroutes'>) => ({
  id: jobId,
  state,
  reason,
  message,
  updated_at: updatedAt,
  plan: plan === null ? null : JSON.stringify(plan),
})

const plannedRow = ({ plannedAt, excluded, reroutes, ...moved }: PlannedPatch) => ({
  ...movedRow(moved),
  planned_at: plannedAt,
  excluded: JSON.stringify(excluded),
  reroutes,
})

const leasedRow = ({ token, ...job }: LeasedPatch) => ({ ...movedRow({ ...job, state: 'leased', reason: null, message: null }), token })

const attemptRow = ({ attemptId, jobId, nodeId, leaseId, token, state, plan, leasedAt }: Attempt) => ({
  id: attemptId,
  job_id: jobId,
  node_id: nodeId,
  lease_id: leaseId,
  token,
  state,
  plan: JSON.stringify(plan),
  leased_at: leasedAt,
})

/** The SQL by which jobs are submitted, planned and leased, on tables `job` and `attempt`: each statement for all jobs that a transaction is about. */
export function createTogetherStore(db: Db | Tx) {
  return {
    /** Which of these ids are taken. */
    known: async (jobIds: readonly string[]): Promise<string[]> =>
      (await inPieces(jobIds, (ids) => db.selectFrom('job').select('id').where('id', 'in', ids).execute())).map(({ id }) => id),
    addJobs: (fresh: readonly NewJob[]): Promise<void> => insertRows(db, { into: 'job', types: JOB, rows: fresh.map(newJobRow) }),
    /** Those that there are of these, by id. */
    async jobs(jobIds: readonly string[]): Promise<Map<string, Job>> {
      const rows = await inPieces(jobIds, (ids) => db.selectFrom('job').selectAll().where('id', 'in', ids).execute())
      return new Map(rows.map((row) => [row.id, decodeJob(row)]))
    },
    /** How many places open leases take on these nodes, by place. */
    async placesTaken(nodeIds: readonly string[]): Promise<Map<string, number>> {
      const held = db.selectFrom('attempt').innerJoin('job', 'job.id', 'attempt.job_id').select(['attempt.node_id', 'job.spec'])
      const among = [...new Set(nodeIds)]
      const rows = await inPieces(among, (ids) => held.where('attempt.node_id', 'in', ids).where('attempt.state', 'in', OPEN_ATTEMPTS).execute())
      const taken = new Map<string, number>()
      for (const { node_id, spec } of rows) {
        const { needs } = readSpec(spec)
        const place = placeOf(node_id, placeKindFor(needs))
        taken.set(place, (taken.get(place) ?? 0) + placesFor(needs))
      }
      return taken
    },
    planned: (jobs: readonly PlannedPatch[]): Promise<void> => updateRows(db, { of: 'job', types: PLANNED, rows: jobs.map(plannedRow) }),
    leased: (jobs: readonly LeasedPatch[]): Promise<void> => updateRows(db, { of: 'job', types: LEASED, rows: jobs.map(leasedRow) }),
    addAttempts: (fresh: readonly Attempt[]): Promise<void> => insertRows(db, { into: 'attempt', types: ATTEMPT, rows: fresh.map(attemptRow) }),
  }
}
