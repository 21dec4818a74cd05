import type { Db } from '../persistence/database.ts'
import { inPieces } from './in-pieces.ts'
import type { Job } from './jobs.store.ts'

/** By job: the nodes that have proven a run of a result that is there already. Jobs of which nothing is compared are not asked about. */
export async function havingResults(db: Db, jobs: readonly Pick<Job, 'jobId' | 'copy'>[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const again = new Map(jobs.flatMap(({ jobId, copy }) => (copy > 1 ? [[jobId, copy]] : [])))
  const rows = await inPieces([...again.keys()], (ids) =>
    db.selectFrom('proof').select(['job_id', 'node_id', 'copy']).distinct().where('job_id', 'in', ids).orderBy('node_id').execute(),
  )
  const done = rows.filter(({ job_id, copy }) => copy < (again.get(job_id) ?? 0))
  return new Map([...Map.groupBy(done, ({ job_id }) => job_id)].map(([jobId, all]) => [jobId, [...new Set(all.map(({ node_id }) => node_id))]]))
}
