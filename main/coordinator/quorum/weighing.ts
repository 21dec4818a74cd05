import type { JobSpec } from '../../../shared/contract/job.ts'
import { MAX_RESULTS, type Quorum } from '../../../shared/contract/quorum.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Agreement, agreementOf } from './agreement.ts'
import { sameOutput } from './compare.ts'
import { type StoredResult, createResultsStore } from './results.store.ts'

/** So many results that do not agree are forgiven, where the requester has not said how many. */
const SPARE = 2

/** The job has failed when so many results are there and too few of them agree. */
export const atMostOf = ({ results, atMost }: Quorum, agree: number): number =>
  Math.min(MAX_RESULTS, Math.max(agree, atMost ?? Math.max(results, agree) + SPARE))

/** A result that was just proven. */
export interface NewResult {
  readonly jobId: string
  readonly proofId: string
  readonly nodeId: string
  readonly leaseId: string
  readonly copy: number
  readonly outputSha256: string
  readonly output: Uint8Array
}

type Known = Pick<StoredResult, 'outputSha256'>

/** Reads what it takes to compare, each output once; what is the same by its hash is not read. */
async function outputsOf(read: ReadOutput, { compare }: Quorum, results: readonly Known[], own: NewResult): Promise<ReadonlyMap<string, Uint8Array>> {
  const outputs = new Map([[own.outputSha256, own.output]])
  if (compare.kind === 'exact') return outputs
  for (const { outputSha256 } of results) if (!outputs.has(outputSha256)) outputs.set(outputSha256, await read(`sha256:${outputSha256}`))
  return outputs
}

export type ReadOutput = (digest: string) => Promise<Uint8Array>

export interface Compared {
  /** Those that were there, and the new one last. */
  readonly results: readonly (StoredResult | (NewResult & { readonly verdict: 'waiting' }))[]
  readonly agreement: Agreement
}

/** Compares a new result with those that wait. */
export async function compareWithHeld(
  { db, readOutput }: { readonly db: Db; readonly readOutput: ReadOutput },
  own: NewResult,
  { spec, agree }: { readonly spec: JobSpec & { readonly quorum: Quorum }; readonly agree: number },
): Promise<Compared> {
  const { quorum } = spec
  const results = [...(await createResultsStore(db).ofJob(own.jobId)), { ...own, verdict: 'waiting' as const }]
  const outputs = await outputsOf(readOutput, quorum, results, own)
  const bytesOf = (place: number): Uint8Array => outputs.get(results[place]?.outputSha256 ?? '') ?? new Uint8Array()
  const areAlike = (a: number, b: number): boolean =>
    results[a]?.outputSha256 === results[b]?.outputSha256 || (quorum.compare.kind === 'tolerance' && sameOutput(bytesOf(a), bytesOf(b), quorum.compare))
  return { results, agreement: agreementOf({ results: results.length, areAlike, needed: agree, atMost: atMostOf(quorum, agree) }) }
}

/** Error: `unavailable` if there are other results than were compared: it is compared again. */
export async function requireSame(tx: Tx, jobId: string, compared: readonly { readonly proofId: string }[]): Promise<void> {
  const there = await createResultsStore(tx).ofJob(jobId)
  if (there.map(({ proofId }) => proofId).join() !== compared.map(({ proofId }) => proofId).join())
    throw new WindfallError('unavailable', `There are other results of job ${jobId} than a moment ago. Try again.`)
}
