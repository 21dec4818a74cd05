import type { Readable } from 'node:stream'
import type { JobView } from '../../shared/contract/job.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso, toIso } from '../../shared/units.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Blobs } from './persistence/blobs.ts'
import type { Db } from './persistence/database.ts'
import { withQuorum } from './quorum/viewing.ts'

interface ResultsDeps {
  /** Error: `not-found`, also for somebody else's job. */
  readonly view: (requesterId: string, jobId: string) => Promise<JobView>
  readonly outputs: Pick<Blobs, 'read' | 'stream'>
  /** For so long an output is kept once its job is completed. */
  readonly keepMs: number
}

/** What completed jobs produced, for whoever submitted them. */
export interface Results {
  /** A job with the time until which its output is kept. */
  readonly dated: (job: JobView) => JobView
  /** Errors: `not-found`, also for somebody else's job, one that has no output, and one whose output is no longer kept. */
  readonly read: (requesterId: string, jobId: string) => Promise<{ readonly outputSha256: string; readonly content: Uint8Array }>
  /** As {@link Results.read}, without holding it in memory. */
  readonly open: (requesterId: string, jobId: string) => Promise<{ readonly sha256: string; readonly content: Readable; readonly bytes: number }>
}

export function createResults({ view, outputs, keepMs }: ResultsDeps): Results {
  const dated = (job: JobView): JobView => (job.outputSha256 === null ? job : { ...job, outputExpiresAt: toIso(fromIso(job.updatedAt) + keepMs) })
  const find = async <T>(requesterId: string, jobId: string, take: (digest: string) => Promise<T>) => {
    const { state, outputSha256, outputExpiresAt } = dated(await view(requesterId, jobId))
    if (outputSha256 === null) throw new WindfallError('not-found', `Job ${jobId} is ${state}; only a completed job has an output.`)
    const taken = await take(`sha256:${outputSha256}`).catch((error: unknown) => {
      if (!(error instanceof WindfallError) || error.code !== 'not-found') throw error
      throw new WindfallError('not-found', `The output of job ${jobId} was kept until ${outputExpiresAt} and is gone. Its receipt says what it was.`, {
        cause: error,
      })
    })
    return { outputSha256, taken }
  }
  return {
    dated,
    async read(requesterId, jobId) {
      const { outputSha256, taken } = await find(requesterId, jobId, outputs.read)
      return { outputSha256, content: taken }
    },
    async open(requesterId, jobId) {
      const { outputSha256, taken } = await find(requesterId, jobId, outputs.stream)
      return { sha256: outputSha256, ...taken }
    },
  }
}

/** The same jobs, of which each says how long its output is kept and where the results stand that are compared. */
export function shownJobs(db: Db, { submit, view, list }: Pick<Jobs, 'submit' | 'view' | 'list'>, { dated }: Pick<Results, 'dated'>) {
  const shown = async (job: JobView): Promise<JobView> => withQuorum(db, dated(job))
  return {
    submit: async (submission) => shown(await submit(submission)),
    view: async (requesterId, jobId) => shown(await view(requesterId, jobId)),
    async list(page) {
      const { items, next } = await list(page)
      return { items: await Promise.all(items.map(shown)), next }
    },
  } satisfies Pick<Jobs, 'submit' | 'view' | 'list'>
}
