import type { WorkParts } from './http/work-parts.ts'
import { browseJobs, jobDetail } from './jobs/browsing.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Db } from './persistence/database.ts'
import { withQuorum } from './quorum/viewing.ts'

const EVERYBODY = { account: null, all: true }

/** Jobs as they are looked after, by their requesters and by operators. */
export function createWork(db: Db, jobs: Pick<Jobs, 'view' | 'doAgain' | 'takeOneBack'>): WorkParts {
  const show: WorkParts['show'] = (viewer, jobId) => jobDetail({ db, withQuorum: (job) => withQuorum(db, job) }, viewer, jobId)
  return {
    browse: (viewer, page) => browseJobs(db, viewer, page),
    show,
    async again(requesterId, by, order) {
      await jobs.doAgain(requesterId, { ...order, by, reason: null })
      return jobs.view(requesterId, order.newJobId)
    },
    async requeue(by, order) {
      await jobs.doAgain(null, { ...order, by })
      return show(EVERYBODY, order.newJobId)
    },
    async takeBack(by, order) {
      await jobs.takeOneBack({ ...order, by })
      return show(EVERYBODY, order.jobId)
    },
  }
}
