import type { JobState } from '../../../shared/contract/job.ts'
import type { Db } from '../persistence/database.ts'
import { type Job, decodeJob } from './jobs.store.ts'

export interface JobPage {
  readonly requesterId: string
  readonly state: JobState | null
  /** Id of the array whose jobs are asked for. */
  readonly array?: string | undefined
  /** Name of the template, in any version. */
  readonly template?: string | undefined
  /** Id of the last job the reader has seen. */
  readonly after: string | null
  readonly limit: number
}

function matching(db: Db, { requesterId, state, array, template }: JobPage) {
  let query = db.selectFrom('job').selectAll().where('requester_id', '=', requesterId)
  if (state !== null) query = query.where('state', '=', state)
  if (template !== undefined) query = query.where('template_name', '=', template)
  return array === undefined ? query : query.where('array_id', '=', array)
}

const place = (db: Db, jobId: string) => db.selectFrom('job').select(['submitted_at', 'array_index']).where('id', '=', jobId).executeTakeFirst()

/** A page of a requester's jobs: newest first; those of one array in their order. */
export async function jobsPage(db: Db, page: JobPage): Promise<Job[]> {
  const { after, limit, array } = page
  const last = after === null ? undefined : await place(db, after)
  const query = matching(db, page)
  if (array !== undefined) {
    const rest = last?.array_index === undefined ? query : query.where('array_index', '>', last.array_index ?? -1)
    return (await rest.orderBy('array_index').limit(limit).execute()).map((row) => decodeJob(row))
  }
  const rest = last
    ? query.where((e) => e.or([e('submitted_at', '<', last.submitted_at), e.and([e('submitted_at', '=', last.submitted_at), e('id', '<', after)])]))
    : query
  const rows = await rest.orderBy('submitted_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map((row) => decodeJob(row))
}
