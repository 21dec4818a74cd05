import { sql } from 'kysely'
import type { CanaryVerdict } from '../../../shared/contract/canary.ts'
import { JobSpec, type JobState } from '../../../shared/contract/job.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** A job whose answer is known. Times are epoch milliseconds. */
export interface Canary {
  readonly canaryId: string
  readonly spec: JobSpec
  readonly outputSha256: string
  readonly addedAt: number
  readonly removedAt: number | null
}

/** One that was given to a node, whose job is over, and of which nobody has said yet what came of it. */
interface EndedCanary {
  readonly jobId: string
  readonly nodeId: string
  readonly state: JobState
}

/** How often a node was given one, and whether that is under way. */
interface Before {
  readonly canaryId: string
  readonly times: number
  readonly isOpen: boolean
}

export type Tally = Readonly<Record<CanaryVerdict | 'given', number>>

interface Row {
  readonly id: string
  readonly spec: string
  readonly output_sha256: string
  readonly added_at: number
  readonly removed_at: number | null
}

const decode = ({ id, spec, output_sha256, added_at, removed_at }: Row): Canary => ({
  canaryId: id,
  spec: JobSpec.parse(JSON.parse(spec)),
  outputSha256: output_sha256,
  addedAt: added_at,
  removedAt: removed_at,
})

const known = (db: Db | Tx) => ({
  async get(canaryId: string): Promise<Canary | null> {
    const row = await db.selectFrom('canary').selectAll().where('id', '=', canaryId).executeTakeFirst()
    return row ? decode(row) : null
  },
  async add({ canaryId, spec, outputSha256, addedAt }: Omit<Canary, 'removedAt'>): Promise<void> {
    await db
      .insertInto('canary')
      .values({ id: canaryId, spec: JSON.stringify(spec), output_sha256: outputSha256, added_at: addedAt, removed_at: null })
      .execute()
  },
  async remove(canaryId: string, at: number): Promise<void> {
    await db.updateTable('canary').set({ removed_at: at }).where('id', '=', canaryId).where('removed_at', 'is', null).execute()
  },
  /** Those that are given to nodes, by id, from after one on. */
  async page({ after, limit }: { readonly after: string | null; readonly limit: number }): Promise<Canary[]> {
    const all = db.selectFrom('canary').selectAll().where('removed_at', 'is', null)
    const rows = await (after === null ? all : all.where('id', '>', after)).orderBy('id').limit(limit).execute()
    return rows.map(decode)
  },
})

/** As an expression, since by the index of states SQLite would read every job to find the few that are canaries. */
const stateOfJob = sql<JobState>`(job.state || '')`

const given = (db: Db | Tx) => ({
  async tally(canaryId: string): Promise<Tally> {
    const rows = await db
      .selectFrom('canary_job')
      .select((e) => ['verdict', e.fn.countAll<number>().as('count')])
      .where('canary_id', '=', canaryId)
      .groupBy('verdict')
      .execute()
    const of = (verdict: CanaryVerdict): number => rows.find((row) => row.verdict === verdict)?.count ?? 0
    return { given: rows.reduce((sum, { count }) => sum + count, 0), right: of('right'), wrong: of('wrong'), unanswered: of('unanswered') }
  },
  async give(job: { readonly jobId: string; readonly canaryId: string; readonly nodeId: string; readonly at: number }): Promise<void> {
    await db.insertInto('canary_job').values({ job_id: job.jobId, canary_id: job.canaryId, node_id: job.nodeId, given_at: job.at, verdict: null }).execute()
  },
  /** Which ones a node was given. */
  async toNode(nodeId: string): Promise<Before[]> {
    const rows = await db
      .selectFrom('canary_job')
      .select((e) => ['canary_id', e.fn.countAll<number>().as('times'), e.fn.count<number>('verdict').as('judged')])
      .where('node_id', '=', nodeId)
      .groupBy('canary_id')
      .execute()
    return rows.map(({ canary_id, times, judged }) => ({ canaryId: canary_id, times, isOpen: judged < times }))
  },
  async ended(): Promise<EndedCanary[]> {
    return db
      .selectFrom('canary_job')
      .innerJoin('job', 'job.id', 'canary_job.job_id')
      .select(['canary_job.job_id as jobId', 'canary_job.node_id as nodeId', 'job.state'])
      .where('canary_job.verdict', 'is', null)
      .where(stateOfJob, 'in', ['completed', 'failed', 'expired', 'cancelled'])
      .execute()
  },
  /** Jobs that go on although it is known what came of them. */
  async judgedUnfinished(): Promise<string[]> {
    const rows = await db
      .selectFrom('canary_job')
      .innerJoin('job', 'job.id', 'canary_job.job_id')
      .select('job.id')
      .where('canary_job.verdict', '=', 'wrong')
      .where(stateOfJob, 'in', ['queued', 'planned', 'leased', 'running'])
      .execute()
    return rows.map(({ id }) => id)
  },
  /** Writes what came of one, once. `null`: it is none, or was given to another node, or is judged already. */
  async judge(jobId: string, nodeId: string, verdict: CanaryVerdict): Promise<{ readonly image: string } | null> {
    const judged = await db
      .updateTable('canary_job')
      .set({ verdict })
      .where('job_id', '=', jobId)
      .where('node_id', '=', nodeId)
      .where('verdict', 'is', null)
      .returning('canary_id')
      .executeTakeFirst()
    if (!judged) return null
    const { spec } = await db.selectFrom('canary').select('spec').where('id', '=', judged.canary_id).executeTakeFirstOrThrow()
    return { image: imageIn(spec) }
  },
})

const imageIn = (spec: string): string => JobSpec.parse(JSON.parse(spec)).runtime.image

/** All SQL on tables `canary` and `canary_job`. */
export const createCanariesStore = (db: Db | Tx) => ({ ...known(db), ...given(db) })
