import type { Checkpoint } from '../../../shared/contract/job.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { compiledOnce, rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'

const byJob = rememberedOnce((db) => db.selectFrom('checkpoint').selectAll().where('job_id', '=', ''))

const removeOf = compiledOnce((db) => db.deleteFrom('checkpoint').where('job_id', '=', ''))

/** All SQL on tables `checkpoint`, what unfinished jobs have saved, the last of each, and `checkpoint_arrival`, what is on its way to become that. */
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
      const [row] = await byJob(db, [jobId])
      return row ? { sha256: row.sha256, bytes: row.bytes, token: row.token, savedAt: toIso(row.saved_at) } : null
    },
    async remove(jobId: string): Promise<void> {
      if ((await byJob(db, [jobId])).length > 0) await removeOf(db, [jobId])
    },
    /** Hashes of everything that is still wanted, and of what arrives at any coordinator and began to after `since`. */
    async hashes(since: number): Promise<string[]> {
      const kept = await db.selectFrom('checkpoint').select('sha256').execute()
      const arriving = await db.selectFrom('checkpoint_arrival').select('sha256').where('at', '>', since).execute()
      return [...kept, ...arriving].map(({ sha256 }) => sha256)
    },
    async arrives(leaseId: string, sha256: string, at: number): Promise<void> {
      await db
        .insertInto('checkpoint_arrival')
        .values({ lease_id: leaseId, sha256, at })
        .onConflict((conflict) => conflict.column('lease_id').doUpdateSet({ sha256, at }))
        .execute()
    },
    /** It has arrived, or will not. */
    async arrived(leaseId: string): Promise<void> {
      await db.deleteFrom('checkpoint_arrival').where('lease_id', '=', leaseId).execute()
    },
    /** A coordinator that was killed left these. */
    async forgetArrivals(before: number): Promise<void> {
      await db.deleteFrom('checkpoint_arrival').where('at', '<=', before).execute()
    },
  }
}
