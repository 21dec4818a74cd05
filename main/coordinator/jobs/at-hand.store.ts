import type { Db } from '../persistence/database.ts'
import { createLineStore } from './fairness/line.store.ts'
import { nearJobs } from './fairness/window.ts'
import { inPieces } from './in-pieces.ts'
import { type Job, type SpecCache, decodeJob } from './jobs.store.ts'
import { REACH, type Reach } from './reach.ts'

/** All SQL on which jobs are planned together. It never reads the whole queue. */
export function createAtHandStore(db: Db) {
  const jobsIn = () => db.selectFrom('job').selectAll()
  return {
    /**
     * Planned, leased, running and verifying jobs, and of the queued ones as many as can be looked at, every requester with an equal part. `known` learns
     * what is read, and forgets the rest.
     */
    async atHand(known: SpecCache, { queued: most, planned: mostPlanned }: Reach = REACH): Promise<Job[]> {
      const placed = await jobsIn().where('state', 'in', ['planned', 'leased', 'running', 'verifying']).execute()
      const room = mostPlanned - placed.filter(({ state }) => state === 'planned').length
      const near = await nearJobs(db, Math.max(Math.ceil(most / 10), Math.min(most, room)))
      // By their ids alone: told the state too, SQLite reads everything that is queued to find a few of it.
      const queued = await inPieces(near, (ids) => jobsIn().where('id', 'in', ids).execute())
      const jobs = [...placed, ...queued.filter(({ state }) => state === 'queued')].map((row) => decodeJob(row, known))
      known.clear()
      for (const { jobId, spec } of jobs) known.set(jobId, spec)
      return jobs
    },
    /** Whether a job waits that nobody has planned since it was submitted or came back. */
    isAnyUnplanned: (): Promise<boolean> => createLineStore(db).isAnyFresh(),
  }
}
