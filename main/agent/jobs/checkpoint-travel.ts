import { Readable } from 'node:stream'
import { type Lease, MAX_CHECKPOINT_BYTES } from '../../../shared/contract/job.ts'
import { describeCheckpoint } from '../../../shared/domain/checkpoint-text.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Logger } from '../../kernel/log.ts'
import type { KeptCheckpoint } from './checkpoint.store.ts'
import type { Checkpoints } from './checkpoints.ts'
import { meteredNetwork } from './metered.ts'
import type { ResumedFrom } from './runtime.ts'

/** `held`: the coordinator has it already. `too-large`: it stays here. */
export type Departure = 'nothing' | 'held' | 'too-large' | 'hand-over'

/** What becomes of what an attempt has left on this machine, when another machine may go on with its job. */
export function departureOf({ spec, checkpoint }: Pick<Lease, 'spec' | 'checkpoint'>, kept: Pick<KeptCheckpoint, 'sha256' | 'bytes'> | null): Departure {
  if (!spec.checkpoints || kept === null) return 'nothing'
  if (kept.sha256 === checkpoint?.sha256) return 'held'
  return kept.bytes > MAX_CHECKPOINT_BYTES ? 'too-large' : 'hand-over'
}

/** Whether an attempt has to fetch what it goes on from. `hereSince`: token of the lease under which what lies here came here, `null` if nothing does. */
export const mustFetch = ({ checkpoint }: Pick<Lease, 'checkpoint'>, hereSince: number | null): boolean =>
  checkpoint !== null && (hereSince ?? 0) < checkpoint.token

export interface ArrivalDeps {
  readonly checkpoints: Pick<Checkpoints, 'importCheckpoint'>
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly mayFetch: () => boolean
  /** Token of the lease under which what lies here of a job came here. */
  readonly hereSince: (jobId: string) => number | null
  readonly fetch: FetchCheckpoint
}

/** Fetches what the attempt of this lease goes on from; `take` reads it while it arrives. */
export type FetchCheckpoint = (lease: Lease, take: (archive: Readable) => Promise<void>, signal: AbortSignal) => Promise<void>

/**
 * Brings here what another node has saved. Where that cannot be done the attempt begins with what lies here, or at the start, because a job that
 * begins again is better than one that does not begin. Error: `network.metered` if it has to wait for another network.
 */
export async function fetchCheckpoint(deps: ArrivalDeps, lease: Lease, signal: AbortSignal): Promise<void> {
  const { jobId, attemptId, checkpoint } = lease
  const { checkpoints, log } = deps
  const hereSince = deps.hereSince(jobId)
  if (checkpoint === null || !mustFetch(lease, hereSince)) return
  if (!deps.mayFetch()) throw meteredNetwork()
  const { sha256, bytes } = checkpoint
  try {
    await deps.fetch(lease, (archive) => checkpoints.importCheckpoint({ jobId, attemptId, sha256 }, Readable.from(atMost(archive, bytes))), signal)
    log.info({ jobId, bytes }, 'fetched what the job has saved on another machine')
  } catch (error) {
    const begins = hereSince === null ? 'at the start' : 'with what it saved on this machine before'
    log.warn({ jobId, reason: messageOf(error) }, `what the job has saved on another machine cannot be used; it begins ${begins}`)
  }
}

/** What the owner is told of an attempt that does not begin at the start. What another node has saved was made before it came here. */
export function continuesFrom({ checkpoint }: Pick<Lease, 'checkpoint'>, { sha256, bytes, keptAt }: ResumedFrom): string {
  const made = checkpoint?.sha256 === sha256 ? checkpoint : { bytes, savedAt: toIso(keptAt) }
  return `Continues from ${describeCheckpoint(made)}.`
}

/** No more is read than was announced, whatever is sent. */
async function* atMost(source: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new WindfallError('input.too-large', 'The checkpoint is larger than was announced.')
    yield chunk
  }
}
