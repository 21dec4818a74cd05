import type { Readable } from 'node:stream'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { type JobInput, MAX_INPUT_BYTES } from '../../../shared/contract/job-input.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Blobs } from '../persistence/blobs.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type LeaseClaim, attemptOfLease } from './attempts.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import { standingOf } from './rulings.ts'

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

const isGone = (path: string, jobId: string): string =>
  `The input ${path} is the output of job ${jobId}, which is no longer kept. Run that job again under another id, and begin with what it produces.`

/** Refuses a job of this requester that would begin with what an earlier job produced and what is no longer kept. Error: `input.invalid`. */
export async function requireKept(tx: Tx, requesterId: string, { inputs = [] }: Pick<JobSpec, 'inputs'>): Promise<void> {
  const named = inputs.flatMap(({ outputOf }) => outputOf ?? [])
  const gone = new Set(await createJobsStore(tx).withoutOutput(requesterId, named))
  for (const { path, outputOf } of inputs) if (outputOf !== undefined && gone.has(outputOf)) refuse(isGone(path, outputOf))
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
    const found = input.digest === undefined ? await outputs.stream(digest).catch(noLonger(input)) : await blobs.stream(digest)
    return { ...found, sha256: digest.slice('sha256:'.length) }
  },
})

/** Its own requester's alone, whatever the id says. */
async function outputOf(db: Db, { requesterId }: Job, { path, outputOf: jobId = '' }: JobInput): Promise<string> {
  const made = await createJobsStore(db).get(jobId)
  if (made?.requesterId === requesterId && made.state === 'completed' && made.outputSha256 !== null) return `sha256:${made.outputSha256}`
  throw new WindfallError('not-found', `The input ${path} is the output of job ${jobId}, which has none.`)
}

const noLonger =
  ({ path, outputOf: jobId = '' }: JobInput) =>
  (error: unknown): never => {
    throw error instanceof WindfallError && error.code === 'not-found' ? new WindfallError('not-found', isGone(path, jobId), { cause: error }) : error
  }
