import type { JobState } from '../../../../shared/contract/job.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { type Tx, transact } from '../../persistence/database.ts'
import { createAfterStore } from '../after/after.store.ts'
import type { JobDeps } from '../ports.ts'
import { transition } from '../transition.ts'
import { type JobArray, createArraysStore } from './arrays.store.ts'

interface CancelDeps extends JobDeps {
  readonly cancelJob: (requesterId: string, jobId: string) => Promise<unknown>
}

/** What can still be cancelled: the rest has ended, or only its check is missing. */
const CANCELLABLE = ['queued', 'planned', 'leased', 'running'] as const satisfies readonly JobState[]
/** So many change in one transaction, then everybody else gets a turn. */
const AT_ONCE = 500

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Cancels every job of an array that has not finished; those that no machine ever had, many at a time. */
export async function cancelArray(deps: CancelDeps, array: JobArray): Promise<void> {
  while ((await transact(deps.db, (tx) => cancelUntouched(deps, tx, array))) === AT_ONCE) await breathe()
  for (let some = await left(deps, array); some.length > 0; some = await left(deps, array)) {
    await cancelEach(deps, array, some)
    await breathe()
  }
}

const left = ({ db }: CancelDeps, { arrayId }: JobArray): Promise<string[]> => createArraysStore(db).jobsIn(arrayId, CANCELLABLE, AT_ONCE)

/** Nothing of these was ever proven, so nothing of them is owed. Returns how many there were. */
async function cancelUntouched(deps: CancelDeps, tx: Tx, { arrayId, requesterId }: JobArray): Promise<number> {
  const store = createArraysStore(tx)
  const jobIds = await store.untouched(arrayId, AT_ONCE)
  const next = transition({ state: 'queued', wasLeased: false }, { type: 'cancelled' })
  if (jobIds.length === 0 || !next) return 0
  await store.move(jobIds, { ...next, at: deps.clock.now() })
  await deps.money.releaseAll(tx, { requesterId, jobIds })
  await createAfterStore(tx).ended(jobIds, arrayId)
  await deps.decide(tx, 'array.cancelled', { arrayId, jobs: jobIds.length, from: jobIds[0], to: jobIds.at(-1) })
  return jobIds.length
}

async function cancelEach({ cancelJob }: CancelDeps, { requesterId }: JobArray, jobIds: readonly string[]): Promise<void> {
  const done = await Promise.allSettled(jobIds.map((jobId) => cancelJob(requesterId, jobId)))
  const failed = done.find((one) => one.status === 'rejected' && !hasMovedOn(one.reason))
  if (failed?.status === 'rejected') throw failed.reason
}

const hasMovedOn = (error: unknown): boolean => error instanceof WindfallError && error.code === 'job.not-cancellable'
