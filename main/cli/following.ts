import type { JobState, JobView } from '../../shared/contract/job.ts'
import type { ArrayView } from '../../shared/contract/job-array.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import { statesWord } from './array-text.ts'
import { reasonOf } from './format.ts'
import { type Where, coordinatorClient } from './instance.ts'
import { PASSING } from './watch.ts'

export const FINAL: readonly JobState[] = ['completed', 'failed', 'expired', 'cancelled']
const LOOK_MS = 400
const ARRAY_LOOK_MS = 2_000
const LOST_LOOK_MS = 2_000
/** A coordinator that is upgraded or moved is back by then. */
export const PATIENCE_MS = 600_000

interface Followed<T> {
  readonly look: () => Promise<T>
  readonly isOver: (now: T) => boolean
  readonly line: (now: T) => string
  readonly everyMs: number
  readonly clock?: Pick<Clock, 'sleep' | 'monotonic'>
}

const isPassing = (error: unknown): error is WindfallError => error instanceof WindfallError && PASSING.has(error.code)

/**
 * Looks again and again until it is over, saying each new line once. Whoever does not answer meanwhile is waited for, ten minutes at most. Rejects
 * with what waiting does not mend.
 */
export async function follow<T>(first: T, { look, isOver, line, everyMs, clock = systemClock }: Followed<T>, say: (line: string) => void): Promise<T> {
  const never = new AbortController().signal
  let [now, said] = [first, '']
  for (;;) {
    if (line(now) !== said) say(line(now))
    said = line(now)
    if (isOver(now)) return now
    await clock.sleep(everyMs, never)
    now = await look().catch(async (error: unknown) => {
      if (!isPassing(error)) throw error
      say(`${messageOf(error)} What was submitted goes on; it is asked again for ${PATIENCE_MS / 60_000} minutes. Ctrl-C ends that.`)
      // What is said next says that it answers again.
      said = ''
      return lookUntilThere({ look, clock })
    })
  }
}

async function lookUntilThere<T>({ look, clock }: Required<Pick<Followed<T>, 'look' | 'clock'>>): Promise<T> {
  const [never, since] = [new AbortController().signal, clock.monotonic()]
  for (;;) {
    await clock.sleep(LOST_LOOK_MS, never)
    try {
      return await look()
    } catch (error) {
      if (!isPassing(error) || clock.monotonic() - since >= PATIENCE_MS) throw error
    }
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
