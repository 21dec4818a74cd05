import { type CarbonReceipt, type ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import type { VerifyPort } from '../../shared/domain/keys.ts'
import { MAX_BUNDLE_BYTES, readBundle } from '../../shared/domain/open-bundle.ts'
import { receiptOf } from '../../shared/domain/receipt-summary.ts'
import type { Verification } from '../../shared/domain/verification.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { messageOf } from '../../shared/errors.ts'

/** What a file turned out to be. */
export interface Checked {
  readonly verification: Verification
  /** What the receipt states, whether or not it holds; `null` if it cannot be read. */
  readonly content: { readonly bundle: ReceiptBundle; readonly receipt: CarbonReceipt | null } | null
}

function contentOf(bytes: Uint8Array): Checked['content'] {
  const bundle = readBundle(bytes)
  return typeof bundle === 'string' ? null : { bundle, receipt: receiptOf(bundle) }
}

interface Request {
  readonly pinnedKeys: readonly string[]
  readonly crypto: VerifyPort
}

/** Checks a file; text, in English, says why it is none that could be checked. A file that is too large is not read. */
export async function checkFile(file: Blob, { pinnedKeys, crypto }: Request): Promise<Checked | string> {
  if (file.size > MAX_BUNDLE_BYTES) return `This is not a receipt file: it is larger than ${MAX_BUNDLE_BYTES / 1_048_576} MiB.`
  try {
    const bytes = new Uint8Array(await file.arrayBuffer())
    return { verification: await verifyReceipt(bytes, { crypto, pinnedKeys }), content: contentOf(bytes) }
  } catch (error) {
    return messageOf(error)
  }
}
