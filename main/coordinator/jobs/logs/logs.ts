import type { z } from 'zod'
import type { JobLog, LogQuestion } from '../../../../shared/contract/job-log.ts'
import { type LogHearing, type LogHearingDeps, createLogHearing } from './hearing.ts'
import { readLog } from './reading.ts'

/** What attempts say while they run. */
export interface JobLogs extends Pick<LogHearing, 'hear'> {
  /** Error: `not-found`, also for somebody else's job and for an attempt of another one. */
  readonly read: (requesterId: string, question: z.output<typeof LogQuestion>) => Promise<JobLog>
}

/** `keepMs`: for so long what was said is kept once its job has ended. */
export function createJobLogs({ db, clock, keepMs }: LogHearingDeps & { readonly keepMs: number }): JobLogs {
  const { hear, isOver } = createLogHearing({ db, clock })
  return { hear, read: (requesterId, question) => readLog({ db, clock, isOver, keepMs }, requesterId, question) }
}
