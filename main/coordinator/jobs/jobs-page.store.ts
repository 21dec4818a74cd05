import { type Selectable, sql } from 'kysely'
import { WindfallError } from '../../../shared/errors.ts'
import type { Db, Schema } from '../persistence/database.ts'
import { type JobFilter, conditionsOf, findJobs } from './job-search.store.ts'

export interface JobPage extends JobFilter {
  /** Id of the array whose jobs are asked for. */
  readonly array: string | null
  /** Id of the last job the reader has seen. */
  readonly after: string | null
  readonly limit: number
}

export interface FoundJobs {
  readonly rows: readonly Selectable<Schema['job']>[]
  /** What to give as `after` for what follows; `null`: nothing does. */
  readonly next: string | null
}

const place = (db: Db, { requesterId }: JobFilter, jobId: string) => {
  const found = db.selectFrom('job').select(['submitted_at', 'array_index']).where('id', '=', jobId)
  return (requesterId === null ? found : found.where('requester_id', '=', requesterId)).executeTakeFirst()
}

async function lastSeen(db: Db, { after, ...page }: JobPage) {
  if (after === null) return null
  const last = await place(db, page, after)
  if (!last) throw new WindfallError('input.invalid', `“${after}” is not the “next” of a page. Start without it.`)
  return { at: last.submitted_at, id: after, index: last.array_index ?? -1 }
}

/** A page of jobs: newest first; those of one array in their order. Error: `input.invalid`. */
export async function jobsPage(db: Db, page: JobPage): Promise<FoundJobs> {
  const last = await lastSeen(db, page)
  if (page.array !== null) return arrayPage(db, page, { array: page.array, from: last?.index ?? -1 })
  const { spots, next } = await findJobs(db, page, { before: last, limit: page.limit })
  const ids = spots.map(({ id }) => id)
  const found = db.selectFrom('job').selectAll().where('id', 'in', ids).orderBy('submitted_at', 'desc').orderBy('id', 'desc')
  return { rows: ids.length === 0 ? [] : await found.execute(), next: next?.id ?? null }
}

async function arrayPage(db: Db, page: JobPage, { array, from }: { readonly array: string; readonly from: number }): Promise<FoundJobs> {
  let query = db.selectFrom('job').selectAll().where('array_id', '=', array).where('array_index', '>', from)
  for (const condition of conditionsOf(db, page)) query = query.where(sql<boolean>`${condition}`)
  const found = await query
    .orderBy('array_index')
    .limit(page.limit + 1)
    .execute()
  const rows = found.slice(0, page.limit)
  return { rows, next: found.length > page.limit ? (rows.at(-1)?.id ?? null) : null }
}
