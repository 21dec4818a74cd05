import type { Envelope } from '../../shared/contract/wire.ts'
import { CarbonReceipt, type ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { decodeBase64, decodeUtf8 } from '../../shared/domain/encoding.ts'

/** The JSON inside an envelope as it was signed, or `null` if there is none. */
export function payloadOf(envelope: Envelope): unknown {
  const bytes = decodeBase64(envelope.payload)
  try {
    return bytes === null ? null : (JSON.parse(decodeUtf8(bytes) ?? 'null') as unknown)
  } catch {
    return null
  }
}

/** What a bundle's receipt says, whether or not it is true; `null` if it is not a receipt at all. Verification is another step. */
export const readReceipt = (bundle: ReceiptBundle): CarbonReceipt | null => CarbonReceipt.safeParse(payloadOf(bundle.receipt)).data ?? null
