import type { Checkpoint } from '../../../shared/contract/job.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on table `checkpoint`: what unfinished jobs have saved, the last of each. */
export function createCheckpointsStore(db: Db | Tx) {
  return {
    async put(jobId: string, { sha256, bytes, token, savedAt }: Checkpoint): Promise<void> {
      const values = { sha256, bytes, token, saved_at: fromIso(savedAt) }
      await db
        .insertInto('checkpoint')
        .values({ job_id: jobId, ...values })
        .onConflict((conflict) => conflict.column('job_id').doUpdateSet(values))
        .execute()
    },
    async ofJob(jobId: string): Promise<Checkpoint | null> {
      const row = await db.selectFrom('checkpoint').selectAll().where('job_id', '=', jobId).executeTakeFirst()
      return row ? { sha256: row.sha256, bytes: row.bytes, token: row.token, savedAt: toIso(row.saved_at) } : null
    },
    async remove(jobId: string): Promise<void> {
      await db.deleteFrom('checkpoint').where('job_id', '=', jobId).execute()
    },
    /** Hashes of everything that is still wanted. */
    async hashes(): Promise<string[]> {
      return (await db.selectFrom('checkpoint').select('sha256').execute()).map(({ sha256 }) => sha256)
    },
  }
}
