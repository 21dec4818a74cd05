import type { Readable } from 'node:stream'
import { WindfallError } from '../../shared/errors.ts'
import type { KeptCheckpoint } from './jobs/checkpoint.store.ts'
import type { Checkpoints } from './jobs/checkpoints.ts'
import type { CheckpointItem } from './sync/outbox.store.ts'

/** A lease is not given back before this is over, so it cannot take for ever: 64 MiB go through a link of 5 Mbit/s meanwhile. */
const LIMIT_MS = 110_000

export interface HandoverDeps {
  readonly checkpoints: Pick<Checkpoints, 'exportCheckpoint'>
  readonly upload: (
    claim: { readonly leaseId: string; readonly token: number },
    checkpoint: Pick<KeptCheckpoint, 'bytes' | 'sha256'> & { readonly archive: Readable },
    signal: AbortSignal,
  ) => Promise<void>
  readonly limitMs?: number
}

/**
 * Gives the coordinator what an attempt has saved. Errors: `not-found` if it is no longer here, `runtime.limit` if the link is too slow for it,
 * and what the coordinator answers.
 */
export const createHandover =
  ({ checkpoints, upload, limitMs = LIMIT_MS }: HandoverDeps) =>
  async ({ leaseId, token, attemptId }: CheckpointItem): Promise<void> => {
    const kept = await checkpoints.exportCheckpoint(attemptId)
    if (kept === null) throw new WindfallError('not-found', 'What the job has saved is no longer on this machine, so it cannot go to another one.')
    const limit = AbortSignal.timeout(limitMs)
    try {
      await upload({ leaseId, token }, kept, limit)
    } catch (error) {
      if (!limit.aborted) throw error
      throw new WindfallError(
        'runtime.limit',
        `The link is too slow to hand over ${kept.bytes} bytes within ${limitMs / 1_000} s. They stay on this machine.`,
        {
          cause: error,
        },
      )
    } finally {
      kept.archive.destroy()
    }
  }
