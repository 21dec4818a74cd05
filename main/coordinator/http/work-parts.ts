import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { JobView } from '../../../shared/contract/job.ts'
import type { JobDetail, workCalls } from '../../../shared/contract/work.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'

type In<K extends keyof typeof workCalls> = InputOf<(typeof workCalls)[K]>
type Out<K extends keyof typeof workCalls> = OutputOf<(typeof workCalls)[K]>

/** Jobs as they are looked after. Who orders comes first. */
export interface WorkParts {
  /** Errors: `auth.refused` for those of somebody else, `input.invalid`. */
  readonly browse: (viewer: Viewer, page: In<'browseJobs'>) => Promise<Out<'browseJobs'>>
  /** Error: `not-found`, also for one that the viewer may not see. */
  readonly show: (viewer: Pick<Viewer, 'account' | 'all'>, jobId: string) => Promise<JobDetail>
  /** Of one's own. Errors: `not-found`, `conflict`, those of a submission. */
  readonly again: (requesterId: string, by: string, order: In<'requeueJob'>) => Promise<JobView>
  readonly requeue: (by: string, order: In<'requeueWork'>) => Promise<JobDetail>
  /** Errors: `not-found`, `conflict`. */
  readonly takeBack: (by: string, order: In<'takeBackWork'>) => Promise<JobDetail>
}
