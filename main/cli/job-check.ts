/** Whether a job was done as its receipts say: each of them holds, by keys that were trusted before, and one of them names this result. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { verifyFile } from './commands/receipt-verify.ts'
import { gramsOf } from './format.ts'
import { outputOf } from './job-receipts.ts'
import type { ReceiptOnDisk } from './receipt-files.ts'

interface CheckedReceipt {
  readonly receiptId: string
  readonly file: string
  readonly valid: boolean
  /** The step that failed. */
  readonly failedStep: string | null
  readonly outputSha256: string | null
}

export interface JobCheck {
  readonly verified: boolean
  readonly receipts: readonly CheckedReceipt[]
  /** Whether a receipt that holds names the result; `null` where there is none to compare. */
  readonly resultMatches: boolean | null
  readonly lines: readonly string[]
}

/** SHA-256 of a file, in hexadecimal. Error: `input.invalid` if it cannot be read. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash)
    return hash.digest('hex')
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} cannot be read (${messageOf(error)}). Fetch it with: windfall job result JOB --output FILE`, {
      cause: error,
    })
  }
}

async function checkOne(receipt: ReceiptOnDisk, pins: readonly string[]): Promise<CheckedReceipt> {
  const { verification } = await verifyFile({ file: receipt.file, pins })
  const { valid, failedStep } = verification
  return { receiptId: receipt.predicate.receiptId, file: receipt.file, valid, failedStep: failedStep ?? null, outputSha256: outputOf(receipt) }
}

function lineOf({ predicate }: ReceiptOnDisk, { receiptId, file, valid, failedStep }: CheckedReceipt): string {
  if (!valid) return `receipt   ${receiptId}  NOT VALID: the step “${failedStep}” failed. See why: windfall receipt verify ${file}`
  return `receipt   ${receiptId}  valid, ${gramsOf(predicate.emissionsG)} in ${predicate.zone}: ${file}`
}

const resultLine = (matches: boolean, jobId: string): string =>
  matches ? 'result    is what the receipt names' : `result    is NOT what the receipts name. Fetch it again with: windfall job result ${jobId} --output FILE`

/**
 * Checks the receipts of one job by thumbprints that are trusted, and its result by what they say. `resultSha256` is hexadecimal, `null` where
 * there is no result to compare. A job without a receipt is not verified.
 */
export async function checkJob(receipts: readonly ReceiptOnDisk[], pins: readonly string[], resultSha256: string | null): Promise<JobCheck> {
  const checked = await Promise.all(receipts.map((receipt) => checkOne(receipt, pins)))
  const resultMatches = resultSha256 === null ? null : checked.some(({ valid, outputSha256 }) => valid && outputSha256 === resultSha256)
  const verified = checked.length > 0 && checked.every(({ valid }) => valid) && resultMatches !== false
  const receiptLines = receipts.flatMap((receipt, at) => (checked[at] ? [lineOf(receipt, checked[at])] : []))
  const lines = [
    ...receiptLines,
    ...(resultMatches === null ? [] : [resultLine(resultMatches, receipts[0]?.predicate.jobId ?? 'JOB')]),
    verified ? 'Verified.' : 'Not verified.',
  ]
  return { verified, receipts: checked, resultMatches, lines }
}
