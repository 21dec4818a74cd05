import type { Checkpoint } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Blobs } from '../persistence/blobs.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type LeaseClaim, attemptOfLease } from './attempts.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { createCheckpointsStore } from './checkpoints.store.ts'
import { mayHandOver } from './leases.ts'
import type { JobDeps } from './ports.ts'
import { type HeldAttempt, standingOf } from './rulings.ts'

export interface CheckpointsDeps extends Pick<JobDeps, 'db' | 'clock' | 'decide'> {
  readonly blobs: Pick<Blobs, 'stream' | 'write' | 'sweep'>
  /** The largest that is taken. */
  readonly maxBytes: number
}

interface Handover extends LeaseClaim {
  /** Of the content, hex. */
  readonly sha256: string
  readonly content: AsyncIterable<Uint8Array>
}

/** What jobs saved before they had to stop, on its way from one node to the next. */
export interface Checkpoints {
  /**
   * Keeps what an attempt has saved in place of what an earlier one had. Repeating it is harmless. Errors: `lease.lost` if the job has ended,
   * was given to another node or never was this node's; `input.too-large`; `input.invalid` if it is not what its hash says or the job keeps
   * none; `conflict` while an upload for the same lease is under way.
   */
  readonly save: (handover: Handover) => Promise<Checkpoint>
  /** What the attempt of this lease goes on from. Errors: `lease.lost`, `not-found`. */
  readonly open: (claim: LeaseClaim) => ReturnType<Blobs['stream']>
  /** Removes what no job will ask for any more, whoever left it. */
  readonly tidy: () => Promise<void>
}

/** No upload takes longer. */
const LONGEST_ARRIVAL_MS = 3_600_000

export function createCheckpoints({ db, clock, decide, blobs, maxBytes }: CheckpointsDeps): Checkpoints {
  const arriving = new Set<string>()
  const keep = (claim: LeaseClaim, content: Pick<Checkpoint, 'sha256' | 'bytes'>): Promise<Checkpoint> =>
    transact(db, async (tx) => {
      const { job, attempt } = await entitled(tx, claim)
      const at = clock.now()
      const checkpoint = { ...content, token: claim.token, savedAt: toIso(at) }
      await createCheckpointsStore(tx).put(job.jobId, checkpoint)
      await createAttemptsStore(tx).saved(attempt.attemptId, at)
      await decide(tx, 'checkpoint', { jobId: job.jobId, attemptId: attempt.attemptId, nodeId: claim.nodeId, ...content })
      return checkpoint
    })
  return {
    async save({ sha256, content, ...claim }) {
      checkSaving(await entitled(db, claim))
      if (arriving.has(claim.leaseId)) throw new WindfallError('conflict', 'A checkpoint of this lease is arriving already.')
      arriving.add(claim.leaseId)
      try {
        // So that no coordinator tidies it away before the job speaks of it.
        await transact(db, (tx) => createCheckpointsStore(tx).arrives(claim.leaseId, sha256, clock.now()))
        const counted = count(content)
        await blobs.write(counted.content, { maxBytes, expected: `sha256:${sha256}` })
        if (counted.bytes() === 0) throw new WindfallError('input.invalid', 'The checkpoint is empty.')
        return await keep(claim, { sha256, bytes: counted.bytes() })
      } finally {
        arriving.delete(claim.leaseId)
        // What is left over is forgotten in time.
        await transact(db, (tx) => createCheckpointsStore(tx).arrived(claim.leaseId)).catch(() => undefined)
      }
    },
    async open(claim) {
      const held = await attemptOfLease(db, claim.nodeId, claim.leaseId)
      if (!held || standingOf(held, claim.token) !== 'current') throw lost()
      const checkpoint = await createCheckpointsStore(db).ofJob(held.job.jobId)
      if (!checkpoint) throw new WindfallError('not-found', `Job ${held.job.jobId} has no checkpoint.`)
      return blobs.stream(`sha256:${checkpoint.sha256}`)
    },
    async tidy() {
      const since = clock.now() - LONGEST_ARRIVAL_MS
      await transact(db, (tx) => createCheckpointsStore(tx).forgetArrivals(since))
      await blobs.sweep(async () => new Set(await createCheckpointsStore(db).hashes(since)))
    },
  }
}

const lost = () => new WindfallError('lease.lost', 'This lease has ended or belongs to someone else. Drop the checkpoint.')

async function entitled(db: Db | Tx, { nodeId, leaseId, token }: LeaseClaim): Promise<HeldAttempt> {
  const held = await attemptOfLease(db, nodeId, leaseId)
  if (!held) throw lost()
  const { job, attempt } = held
  if (!mayHandOver({ token: attempt.token, attempt: attempt.state, job: job.state, jobToken: job.token }, { token, reason: attempt.reason })) throw lost()
  return held
}

function checkSaving({ job }: HeldAttempt): void {
  if (!job.spec.checkpoints) throw new WindfallError('input.invalid', `Job ${job.jobId} saves no checkpoints. What it left stays where it is.`)
}

function count(source: AsyncIterable<Uint8Array>) {
  let bytes = 0
  async function* counting() {
    for await (const chunk of source) {
      bytes += chunk.byteLength
      yield chunk
    }
  }
  return { content: counting(), bytes: () => bytes }
}
