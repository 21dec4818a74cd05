import type { AllocateJob } from './input.ts'

/** Jobs that found no place, so that those that have it no easier need not be looked at: as long as nobody gives a place back. */
export interface Failures {
  readonly add: (job: AllocateJob) => void
  /** Whether a job has it no easier than one that failed. */
  readonly includes: (job: AllocateJob) => boolean
}

const pausesFreely = ({ work: { pauses } }: AllocateJob): boolean => pauses !== null && pauses.minRunMs === 0 && pauses.restartMs === 0

/** Whether wherever `other` has a place, `job` has one: as long, at any time and in as many places, or less demanding. */
function isAsEasy(job: AllocateJob, other: AllocateJob): boolean {
  const isMoreFlexible = pausesFreely(job) || (job.work.pauses === null && other.work.pauses === null)
  return (
    isMoreFlexible &&
    job.places <= other.places &&
    job.work.durationMs <= other.work.durationMs &&
    job.work.earliest <= other.work.earliest &&
    job.work.latestEnd >= other.work.latestEnd
  )
}

export function createFailures(): Failures {
  const failed = new Map<AllocateJob['pools'], AllocateJob[]>()
  return {
    add(job) {
      const alike = failed.get(job.pools) ?? []
      failed.set(job.pools, [...alike.filter((other) => !isAsEasy(job, other)), job])
    },
    includes: (job) => failed.get(job.pools)?.some((other) => isAsEasy(other, job)) ?? false,
  }
}
