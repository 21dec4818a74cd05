import type { JobSummary } from '../../../shared/contract/work.ts'
import { seenText } from './log-text.ts'

/** What leaves no trace on a page: a link of it could not be found. */
const BLANK = /[\s\u115f\u1160\u2800\u3164\uffa0]/g

/** How a job is called. Its requester has chosen the name: nothing in it turns what stands beside it around, and where nothing of it can be seen, its id stands there. */
export function shownName({ jobId, name }: Pick<JobSummary, 'jobId' | 'name'>): string {
  const seen = seenText(name)
  return seen.replaceAll(BLANK, '') === '' ? jobId : seen
}
