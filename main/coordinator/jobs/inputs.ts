import type { Readable } from 'node:stream'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { type JobInput, MAX_INPUT_BYTES } from '../../../shared/contract/job-input.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Blobs } from '../persistence/blobs.ts'
import type { Db } from '../persistence/database.ts'
import { type LeaseClaim, attemptOfLease, standingOf } from './attempts.ts'
import { type Job, createJobsStore } from './jobs.store.ts'

const refuse = (message: string): never => {
  throw new WindfallError('input.invalid', message)
}

/** A job in an array is named after it; see `ArrayId`. */
const arrayOf = (jobId: string): string => jobId.replace(/-\d+$/, '')

/** What it takes as input has to be there when it begins, so it has to wait for it. */
const waitsFor = (after: After, jobId: string): boolean =>
  after.some(({ when, ...link }) => when === 'completed' && (link.jobId === jobId || link.arrayId === arrayOf(jobId)))

/**
 * What cannot be right about the inputs of a job. `bytesOf`: the length of what was uploaded under a digest, `null` if nothing was.
 * Errors: `input.invalid`, `input.too-large`.
 */
export async function checkInputs({ inputs = [] }: Pick<JobSpec, 'inputs'>, after: After, bytesOf: (digest: string) => Promise<number | null>): Promise<void> {
  let total = 0
  for (const { path, digest, outputOf } of inputs) {
    if (outputOf !== undefined && !waitsFor(after, outputOf))
      refuse(`The input ${path} is the output of job ${outputOf}, so the job has to run after that one has completed. Say so with “after”.`)
    if (digest === undefined) continue
    total += (await bytesOf(digest)) ?? refuse(`The input ${path} is not here. Upload ${digest} to /v1/blobs/ first.`)
  }
  if (total > MAX_INPUT_BYTES)
    throw new WindfallError('input.too-large', `The inputs of a job hold at most ${MAX_INPUT_BYTES} bytes together, and these hold ${total}.`)
}

/** Of a blob, without reading it; `null` if it is not there. */
export const bytesIn =
  (blobs: Pick<Blobs, 'stream'>) =>
  async (digest: string): Promise<number | null> => {
    const found = await blobs.stream(digest).catch((error: unknown) => {
      if (error instanceof WindfallError && error.code === 'not-found') return null
      throw error
    })
    found?.content.destroy()
    return found?.bytes ?? null
  }

interface InputDeps {
  readonly db: Db
  readonly blobs: Pick<Blobs, 'stream'>
  readonly outputs: Pick<Blobs, 'stream'>
}

export interface Inputs {
  /** The input with this place in the job's list, for the node that holds the lease. Errors: `lease.lost`, `not-found` if it is gone. */
  readonly open: (claim: LeaseClaim, index: number) => Promise<{ readonly content: Readable; readonly bytes: number; readonly sha256: string }>
}

/** What jobs begin with, on its way to the nodes that run them. */
export const createInputs = ({ db, blobs, outputs }: InputDeps): Inputs => ({
  async open({ nodeId, leaseId, token }, index) {
    const held = await attemptOfLease(db, nodeId, leaseId)
    if (!held || standingOf(held, token) !== 'current')
      throw new WindfallError('lease.lost', 'This lease has ended or belongs to someone else. Drop the attempt.')
    const input = held.job.spec.inputs?.[index]
    if (!input) throw new WindfallError('not-found', `Job ${held.job.jobId} has no input ${index}.`)
    const digest = input.digest ?? (await outputOf(db, held.job, input))
    const source = input.digest === undefined ? outputs : blobs
    return { ...(await source.stream(digest)), sha256: digest.slice('sha256:'.length) }
  },
})

/** Its own requester's alone, whatever the id says. */
async function outputOf(db: Db, { requesterId }: Job, { path, outputOf: jobId = '' }: JobInput): Promise<string> {
  const made = await createJobsStore(db).get(jobId)
  if (made?.requesterId === requesterId && made.state === 'completed' && made.outputSha256 !== null) return `sha256:${made.outputSha256}`
  throw new WindfallError('not-found', `The input ${path} is the output of job ${jobId}, which has none.`)
}
