import type { JobSpec } from '../../../../shared/contract/job.ts'
import { type PlaceKind, placeKindFor, placesFor } from '../../../../shared/domain/places.ts'
import type { Tx } from '../../persistence/database.ts'
import type { Job } from '../jobs.store.ts'
import { standInLine, usedUp } from './line.ts'
import { createLineStore } from './line.store.ts'

/** How long a job takes its places, all of them together: place-milliseconds. */
const longOf = ({ expected, needs }: Pick<JobSpec, 'expected' | 'needs'>): number => Math.ceil(expected.seconds * 1_000) * placesFor(needs)

interface Joining {
  readonly requesterId: string
  readonly spec: Pick<JobSpec, 'expected' | 'needs'>
}

/** Where jobs stand that join their requesters’ lines in this order, in the transaction that adds them. */
export async function joinLines(tx: Tx, joining: readonly Joining[]): Promise<readonly number[]> {
  const store = createLineStore(tx)
  const starts = new Map<Joining, number>()
  // Before anybody has joined: where a line is empty, the clock stands where the first of them begins.
  const now = new Map<PlaceKind, number>()
  for (const place of new Set(joining.map(({ spec }) => placeKindFor(spec.needs)))) now.set(place, await store.now(place))
  for (const own of Map.groupBy(joining, ({ requesterId, spec }) => `${placeKindFor(spec.needs)} ${requesterId}`).values()) {
    const [{ requesterId, spec }] = own as [Joining, ...Joining[]]
    const line = { place: placeKindFor(spec.needs), requesterId }
    const standing = { now: now.get(line.place) ?? 0, finish: await store.finishOf(line), weight: await store.weightOf(requesterId) }
    const places = standInLine(
      standing,
      own.map((one) => longOf(one.spec)),
    )
    for (const [index, one] of own.entries()) starts.set(one, places.starts[index] ?? 0)
    await store.finish(line, places.finish)
  }
  return joining.map((one) => starts.get(one) ?? 0)
}

/** Where so many jobs alike stand in their requester’s line, in the transaction that adds them. */
export const joinLine = (tx: Tx, { requesterId, spec, jobs }: Joining & { readonly jobs: number }): Promise<readonly number[]> =>
  joinLines(
    tx,
    Array.from({ length: jobs }, () => ({ requesterId, spec })),
  )

type Served = Pick<Job, 'jobId' | 'requesterId' | 'spec' | 'fairStart'>

/**
 * Jobs are served, in this order, and no longer stand in line: whoever has overtaken others of its requester takes the place of the first of them, who
 * gets its own. So a requester’s places are used up in their order, whatever it holds important.
 */
export async function leaveLine(tx: Tx, served: readonly Served[]): Promise<void> {
  const store = createLineStore(tx)
  const lines = Map.groupBy(served, ({ requesterId, spec }) => `${placeKindFor(spec.needs)} ${requesterId}`)
  for (const leaving of lines.values()) {
    const [{ requesterId, spec }] = leaving as [Served, ...Served[]]
    const last = Math.max(...leaving.map(({ fairStart }) => fairStart))
    const waiting = await store.firstBefore({ place: placeKindFor(spec.needs), requesterId }, { start: last, limit: leaving.length })
    const starts = leaving.map(({ jobId, fairStart }) => ({ jobId, start: fairStart }))
    await store.moveTo(usedUp(starts, waiting))
  }
}
