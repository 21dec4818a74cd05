/** The receipts of one job, brought to this machine and checked there. */
import { mkdirSync, writeFileSync } from 'node:fs'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import type { Client } from '../../shared/contract/define.ts'
import type { JobView } from '../../shared/contract/job.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { receiptOf } from '../../shared/domain/receipt-summary.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { reasonOf } from './format.ts'
import { type ReceiptOnDisk, readReceipt, readReceipts, receiptFile, receiptsDirectory } from './receipt-files.ts'

const LOOK_MS = 500
/** A receipt is in the log within seconds of the proof it rests on. */
const LIMIT_MS = 120_000

export interface Fetching {
  readonly client: Pick<Client<typeof coordinatorContract>, 'call'>
  readonly dataDirectory: string
  readonly clock: Clock
}

/** The job once it has its receipts. Errors: `not-found` if it will never have one, `unavailable` if it takes too long. */
async function withReceipts(job: JobView, { client, clock }: Fetching): Promise<JobView> {
  const until = clock.monotonic() + LIMIT_MS
  for (let now = job; ; now = await client.call('getJob', { jobId: job.jobId })) {
    if (now.receiptIds.length > 0) return now
    if (now.state !== 'completed')
      throw new WindfallError(
        'not-found',
        `Job ${now.jobId} is ${now.state}${reasonOf(now) ? ` (${reasonOf(now)})` : ''} and has no receipt. See how it goes on: windfall job show ${now.jobId} --watch`,
      )
    if (clock.monotonic() >= until)
      throw new WindfallError('unavailable', `The receipt of job ${now.jobId} is not there yet. Try again: windfall receipt fetch ${now.jobId}`)
    await clock.sleep(LOOK_MS, new AbortController().signal)
  }
}

/** Brings every receipt of a job to this machine, as it was issued. Errors: as of {@link withReceipts}; `internal` if one is about another job. */
export async function fetchReceipts(job: JobView, fetching: Fetching): Promise<ReceiptOnDisk[]> {
  const { client, dataDirectory } = fetching
  const { jobId, receiptIds } = await withReceipts(job, fetching)
  mkdirSync(receiptsDirectory(dataDirectory), { recursive: true })
  const found: ReceiptOnDisk[] = []
  for (const receiptId of receiptIds) {
    const bundle = await client.call('getReceipt', { receiptId })
    if (receiptOf(bundle)?.predicate.jobId !== jobId || receiptOf(bundle)?.predicate.receiptId !== receiptId)
      throw new WindfallError('internal', `The coordinator sent another receipt than ${receiptId} of job ${jobId}. Nothing of it was kept; tell its operator.`)
    const file = receiptFile(dataDirectory, receiptId)
    writeFileSync(file, serializeBundle(bundle))
    found.push(readReceipt(file))
  }
  return found
}

/** Those of a job that are on this machine already, oldest first. */
export const receiptsOf = (dataDirectory: string, jobId: string): ReceiptOnDisk[] =>
  readReceipts(dataDirectory)
    .receipts.filter(({ predicate }) => predicate.jobId === jobId)
    .toReversed()

/** The SHA-256 of what the job produced, as a receipt states it. */
export const outputOf = ({ bundle }: Pick<ReceiptOnDisk, 'bundle'>): string | null => receiptOf(bundle)?.subject[0].digest.sha256 ?? null
