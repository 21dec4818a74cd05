import type { Db, Tx } from '../persistence/database.ts'
import { inPieces } from './in-pieces.ts'

/** Which job a job does over, and which one does it over. */
export interface Again {
  readonly againOf: string | null
  readonly doneAgainAs: string | null
}

const NONE: Again = { againOf: null, doneAgainAs: null }

/** All SQL on table `job_again`. */
export const createAgainStore = (db: Db | Tx) => ({
  async of(jobIds: readonly string[]): Promise<(jobId: string) => Again> {
    const before = await inPieces(jobIds, (ids) => db.selectFrom('job_again').selectAll().where('job_id', 'in', ids).execute())
    const after = await inPieces(jobIds, (ids) => db.selectFrom('job_again').selectAll().where('of_job_id', 'in', ids).execute())
    const [of, as] = [new Map(before.map((link) => [link.job_id, link.of_job_id])), new Map(after.map((link) => [link.of_job_id, link.job_id]))]
    return (jobId) => ({ ...NONE, againOf: of.get(jobId) ?? null, doneAgainAs: as.get(jobId) ?? null })
  },
  /** `taken`: somebody does this job over already, under another id. */
  async add(link: { readonly jobId: string; readonly ofJobId: string }): Promise<'added' | 'taken'> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('job_again')
      .values({ job_id: link.jobId, of_job_id: link.ofJobId })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n ? 'added' : 'taken'
  },
})
