import type { JobState, JobView } from '../../shared/contract/job.ts'
import type { ArrayView } from '../../shared/contract/job-array.ts'
import { systemClock } from '../kernel/clock.ts'
import { statesWord } from './array-text.ts'
import { reasonOf } from './format.ts'
import { type Where, coordinatorClient } from './instance.ts'

export const FINAL: readonly JobState[] = ['completed', 'failed', 'expired', 'cancelled']
const LOOK_MS = 400
const ARRAY_LOOK_MS = 2_000

interface Followed<T> {
  readonly look: () => Promise<T>
  readonly isOver: (now: T) => boolean
  readonly line: (now: T) => string
  readonly everyMs: number
}

/** Looks again and again until it is over, saying each new line once. */
async function follow<T>(first: T, { look, isOver, line, everyMs }: Followed<T>, say: (line: string) => void): Promise<T> {
  const never = new AbortController().signal
  let [now, said] = [first, '']
  for (;;) {
    if (line(now) !== said) say(line(now))
    said = line(now)
    if (isOver(now)) return now
    await systemClock.sleep(everyMs, never)
    now = await look()
  }
}

/** Polls until the job has ended, saying each new state once. */
export const followJob = (where: Where, first: JobView, say: (line: string) => void): Promise<JobView> =>
  follow(
    first,
    {
      look: () => coordinatorClient(where).call('getJob', { jobId: first.jobId }),
      isOver: ({ state }) => FINAL.includes(state),
      line: (job) => `${job.jobId}  ${job.state}${reasonOf(job) ? `: ${reasonOf(job)}` : ''}`,
      everyMs: LOOK_MS,
    },
    say,
  )

/** Polls until every job of the array has ended, saying how many are where whenever that changes. */
export const followArray = (where: Where, first: ArrayView, say: (line: string) => void): Promise<ArrayView> =>
  follow(
    first,
    {
      look: () => coordinatorClient(where).call('getArray', { arrayId: first.arrayId }),
      isOver: ({ ended, jobs }) => ended === jobs,
      line: (array) => `${array.arrayId}  ${statesWord(array)}`,
      everyMs: ARRAY_LOOK_MS,
    },
    say,
  )
