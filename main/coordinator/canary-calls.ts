import type { CanaryView } from '../../shared/contract/canary.ts'
import { type JobSpec, MAX_OUTPUT_BYTES } from '../../shared/contract/job.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { CanaryParts } from './http/canary-parts.ts'
import type { JobDeps } from './jobs/ports.ts'
import { checkSpec } from './jobs/requests.ts'
import type { Blobs } from './persistence/blobs.ts'
import { type Db, transact } from './persistence/database.ts'
import { type Canary, createCanariesStore } from './quorum/canaries.store.ts'

export interface CanaryCallDeps {
  readonly db: Db
  readonly clock: Clock
  readonly blobs: Pick<Blobs, 'has'>
  readonly decide: JobDeps['decide']
}

/** What operators do about canaries; `reload` is awaited after every change. */
export function createCanaryCalls({ db, clock, blobs, decide }: CanaryCallDeps, reload: () => Promise<void>): CanaryParts {
  const find = async (canaryId: string): Promise<Canary> => {
    const canary = await createCanariesStore(db).get(canaryId)
    return canary ?? Promise.reject(new WindfallError('not-found', `There is no canary ${canaryId}. To see those that there are: windfall canary list`))
  }
  return {
    add: async (by, { canaryId, spec, outputSha256 }) => {
      await checkCanary(spec, { now: clock.now(), hasBlob: blobs.has })
      await transact(db, async (tx) => {
        if (await createCanariesStore(tx).get(canaryId)) throw new WindfallError('conflict', `There is already a canary ${canaryId}. Choose another id.`)
        await createCanariesStore(tx).add({ canaryId, spec, outputSha256, addedAt: clock.now() })
        await decide(tx, 'canary.added', { canaryId, by })
      })
      await reload()
      return viewOf(db, await find(canaryId))
    },
    list: async ({ after, limit }) => {
      const found = await createCanariesStore(db).page({ after, limit: limit + 1 })
      const items = await Promise.all(found.slice(0, limit).map((canary) => viewOf(db, canary)))
      return { items, next: found.length > limit ? (items.at(-1)?.canaryId ?? null) : null }
    },
    remove: async (by, { canaryId }) => {
      const canary = await find(canaryId)
      await transact(db, async (tx) => {
        await createCanariesStore(tx).remove(canaryId, clock.now())
        if (canary.removedAt === null) await decide(tx, 'canary.removed', { canaryId, by })
      })
      await reload()
      return viewOf(db, canary)
    },
  }
}

/** Errors: those of a job that cannot be right, `input.invalid` for what has another way to be checked. */
async function checkCanary(spec: JobSpec, { now, hasBlob }: { readonly now: number; readonly hasBlob: Blobs['has'] }): Promise<void> {
  await checkSpec(spec, { now, hasBlob, maxOutputBytes: MAX_OUTPUT_BYTES })
  if (spec.quorum || spec.outputSha256 !== null || spec.inputs?.some(({ outputOf }) => outputOf !== undefined))
    throw new WindfallError(
      'input.invalid',
      'What a canary comes to is given beside the job: leave `outputSha256`, `quorum` and inputs of other jobs out of it.',
    )
}

async function viewOf(db: Db, { canaryId, spec, outputSha256, addedAt }: Canary): Promise<CanaryView> {
  const tally = await createCanariesStore(db).tally(canaryId)
  return { canaryId, name: spec.name, image: spec.runtime.image, outputSha256, addedAt: toIso(addedAt), ...tally }
}
