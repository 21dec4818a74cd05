import type { JobDetail } from '../../../shared/contract/work.ts'
import { formatSpan } from '../../lib/format.ts'
import type { Word } from '../../lib/words.ts'
import { jobWord, word } from '../words.ts'
import { attemptWord, hasEnded } from './job-words.ts'

/** One step of a job's way. */
export interface Step {
  readonly key: string
  /** `null`: not yet. */
  readonly at: string | null
  readonly state: Word
  readonly text: string
  readonly nodeId: string | null
}

const SUBMITTED = word('slate', 'arrow', 'Submitted')

type Way = Pick<JobDetail, 'state' | 'reason' | 'message' | 'submittedAt' | 'updatedAt' | 'attempts' | 'plan'>

/** What has happened to a job, in the order of time, and where it stands now. */
export function timelineOf(job: Way): readonly Step[] {
  const begun: Step = { key: 'submitted', at: job.submittedAt, state: SUBMITTED, text: '', nodeId: null }
  const attempts = job.attempts.map(
    (attempt, index): Step => ({
      key: attempt.attemptId,
      at: attempt.startedAt ?? attempt.endedAt,
      state: attemptWord(attempt.state),
      text: [`Attempt ${index + 1}`, lasted(attempt), attempt.reason].filter(Boolean).join(', '),
      nodeId: attempt.nodeId,
    }),
  )
  const nowNode = job.attempts.length === 0 && !hasEnded(job) ? (job.plan?.nodeId ?? null) : null
  const now: Step = { key: 'now', at: hasEnded(job) ? job.updatedAt : null, state: jobWord(job.state), text: job.message ?? job.reason ?? '', nodeId: nowNode }
  return [begun, ...attempts, now]
}

function lasted({ startedAt, endedAt }: Way['attempts'][number]): string {
  if (startedAt === null) return endedAt === null ? 'not started yet' : 'never started'
  if (endedAt === null) return 'goes on'
  return `took ${formatSpan(Date.parse(endedAt) - Date.parse(startedAt))}`
}
