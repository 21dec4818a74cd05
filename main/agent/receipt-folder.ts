import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { writePrivateFile } from '../kernel/key-file.ts'

export interface ReceiptFolder {
  readonly write: (receiptId: string, bundle: ReceiptBundle) => void
}

/**
 * Keeps every receipt as a file of its own, so that its owner holds it without asking anyone. A file is written once, as the
 * receipt was issued: every byte of it is covered by a signature or a hash. An anchor that comes later is in the agent's database.
 */
export function createReceiptFolder(dataDirectory: string): ReceiptFolder {
  const folder = join(dataDirectory, 'receipts')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    write: (receiptId, bundle) => {
      const file = join(folder, `${receiptId}.wfreceipt`)
      if (!existsSync(file)) writePrivateFile(file, serializeBundle({ ...bundle, anchor: null }))
    },
  }
}
