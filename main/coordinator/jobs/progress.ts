/** How much of a job is still to be done. Pure; times are epoch milliseconds. */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Ran } from './attempts.store.ts'

const LEAST_MS = 60_000
const LEAST_SHARE = 0.1

/** A job that has run for longer than expected has something left all the same; nobody knows how much. */
const leastOf = (expectedMs: number): number => Math.min(expectedMs, Math.max(LEAST_MS, LEAST_SHARE * expectedMs))

/** Run time of one attempt that outlives it: until its last checkpoint arrived, or, while it runs, until now. */
const keptMs = ({ startedAt, endedAt, savedAt }: Ran, now: number): number =>
  endedAt === null ? now - startedAt : Math.max(0, Math.min(endedAt, savedAt ?? startedAt) - startedAt)

export interface Progress {
  /** What is left of its expected run time. */
  readonly restMs: number
  /** It goes on from something that an earlier attempt has saved. */
  readonly hasRun: boolean
}

/**
 * What is left of a job after the attempts it has begun, oldest first. An attempt counts from its start to the moment its last checkpoint
 * arrived: what it did after that, or without one, is done again. Each attempt after the first that counts has spent a restart's time on
 * getting to where that one was.
 */
export function progressOf({ expected, interruptible }: Pick<JobSpec, 'expected' | 'interruptible'>, attempts: readonly Ran[], now: number): Progress {
  const expectedMs = Math.ceil(expected.seconds * 1_000)
  const restartMs = (interruptible?.restartSeconds ?? 0) * 1_000
  let doneMs = 0
  for (const attempt of attempts) {
    const kept = keptMs(attempt, now)
    doneMs += Math.max(0, kept - (doneMs > 0 ? restartMs : 0))
  }
  const hasRun = attempts.some((attempt) => attempt.endedAt !== null && keptMs(attempt, now) > 0)
  return { restMs: Math.max(leastOf(expectedMs), expectedMs - doneMs), hasRun }
}
