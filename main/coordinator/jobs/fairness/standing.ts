import type { JobSpec } from '../../../../shared/contract/job.ts'
import { placeKindFor, placesFor } from '../../../../shared/domain/places.ts'
import type { Tx } from '../../persistence/database.ts'
import type { Job } from '../jobs.store.ts'
import { standInLine } from './line.ts'
import { createLineStore } from './line.store.ts'

/** How long a job takes its places, all of them together: place-milliseconds. */
const longOf = ({ expected, needs }: Pick<JobSpec, 'expected' | 'needs'>): number => Math.ceil(expected.seconds * 1_000) * placesFor(needs)

/** Where so many jobs alike stand in their requester’s line, in the transaction that adds them. */
export async function joinLine(
  tx: Tx,
  { requesterId, spec, jobs }: { readonly requesterId: string; readonly spec: Pick<JobSpec, 'expected' | 'needs'>; readonly jobs: number },
): Promise<readonly number[]> {
  const store = createLineStore(tx)
  const line = { place: placeKindFor(spec.needs), requesterId }
  const standing = { now: await store.now(line.place), finish: await store.finishOf(line), weight: await store.weightOf(requesterId) }
  const { starts, finish } = standInLine(
    standing,
    Array.from({ length: jobs }, () => longOf(spec)),
  )
  await store.finish(line, finish)
  return starts
}

/**
 * A job is served: if it has overtaken others of its requester, it takes the place in line of the first of them, who gets its own. So a requester’s
 * places are used up in their order, whatever it holds important.
 */
export async function leaveLine(tx: Tx, { jobId, requesterId, spec, fairStart }: Pick<Job, 'jobId' | 'requesterId' | 'spec' | 'fairStart'>): Promise<void> {
  const store = createLineStore(tx)
  const first = await store.firstBefore({ place: placeKindFor(spec.needs), requesterId }, fairStart)
  if (!first) return
  await store.moveTo(jobId, first.start)
  await store.moveTo(first.jobId, fairStart)
}
