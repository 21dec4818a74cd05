import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import type { Verification } from '../../shared/domain/verification.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { browserVerifyPort } from './verify-port.ts'

/** Checks a receipt with this browser's own cryptography. Nothing leaves the computer; the chain is not asked. */
export const verifyHere = (bundle: ReceiptBundle, pinnedKeys: readonly string[]): Promise<Verification> =>
  verifyReceipt(bundle, { crypto: browserVerifyPort, pinnedKeys })
