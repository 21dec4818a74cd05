import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ReceiptBundle, type ReceiptPredicate } from '../../shared/domain/carbon-receipt.ts'
import { predicateOf } from '../../shared/domain/receipt-summary.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'

const RECEIPT_EXTENSION = '.wfreceipt'
export const receiptsDirectory = (dataDirectory: string): string => join(dataDirectory, 'receipts')
export const receiptFile = (dataDirectory: string, receiptId: string): string => join(receiptsDirectory(dataDirectory), `${receiptId}${RECEIPT_EXTENSION}`)

export interface ReceiptOnDisk {
  readonly file: string
  readonly bundle: ReceiptBundle
  readonly predicate: ReceiptPredicate
}

/** Every readable receipt in the data directory, newest first, whether or not anything runs. Unreadable files are named apart. */
export function readReceipts(dataDirectory: string): { readonly receipts: ReceiptOnDisk[]; readonly unreadable: string[] } {
  const receipts: ReceiptOnDisk[] = []
  const unreadable: string[] = []
  for (const file of listFiles(dataDirectory)) {
    try {
      receipts.push(readReceipt(file))
    } catch {
      unreadable.push(file)
    }
  }
  return { receipts: receipts.toSorted((a, b) => b.predicate.issuedAt.localeCompare(a.predicate.issuedAt)), unreadable }
}

function listFiles(dataDirectory: string): string[] {
  const directory = receiptsDirectory(dataDirectory)
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(RECEIPT_EXTENSION))
      .map((name) => join(directory, name))
  } catch {
    return []
  }
}

/** A receipt by its id, in the data directory, or by its file, unverified. Error: `receipt.unreadable`. */
export const namedReceipt = (dataDirectory: string, name: string): ReceiptOnDisk =>
  readReceipt(name.endsWith(RECEIPT_EXTENSION) ? name : receiptFile(dataDirectory, name))

/** What a bundle says, unverified. Error: `receipt.unreadable`. */
export function readReceipt(file: string): ReceiptOnDisk {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new WindfallError('receipt.unreadable', `${file} cannot be read (${messageOf(error)}). See what there is with: windfall receipt list`, {
      cause: error,
    })
  }
  try {
    const bundle = ReceiptBundle.parse(JSON.parse(text))
    return { file, bundle, predicate: predicateOf(bundle) }
  } catch (error) {
    throw new WindfallError('receipt.unreadable', `${file} is not a Windfall receipt, or it is damaged. Get it again: windfall receipt fetch JOB`, {
      cause: error,
    })
  }
}
