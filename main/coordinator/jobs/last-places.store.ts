import type { Db } from '../persistence/database.ts'
import { inPieces } from './in-pieces.ts'

/** By job: the node that each of these was given to last, and where that is now. One that never was given out is left out. */
export async function lastPlaces(db: Db, jobIds: readonly string[]): Promise<ReadonlyMap<string, { readonly nodeId: string; readonly zone: string | null }>> {
  const rows = await inPieces(jobIds, (ids) =>
    db
      .selectFrom('attempt')
      .innerJoin('node', 'node.id', 'attempt.node_id')
      .select(['attempt.job_id as jobId', 'attempt.node_id as nodeId', 'node.zone as zone'])
      .where('attempt.job_id', 'in', ids)
      .where('attempt.token', '=', (sub) =>
        sub
          .selectFrom('attempt as later')
          .select((e) => e.fn.max('later.token').as('token'))
          .whereRef('later.job_id', '=', 'attempt.job_id'),
      )
      .execute(),
  )
  return new Map(rows.map(({ jobId, nodeId, zone }) => [jobId, { nodeId, zone }]))
}
