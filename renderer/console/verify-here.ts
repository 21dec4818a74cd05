import type { PublicJwk } from '../../shared/contract/wire.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { keyIdOf } from '../../shared/domain/keys.ts'
import type { Verification } from '../../shared/domain/verification.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { chooseVerifyPort } from '../verify/verify-port.ts'

/** Checks a receipt in this browser against these keys. The network is not asked. */
export async function verifyWith(bundle: ReceiptBundle, keys: readonly PublicJwk[]): Promise<Verification> {
  const crypto = await chooseVerifyPort()
  const pinnedKeys = await Promise.all(keys.map((key) => keyIdOf(key, crypto.sha256)))
  return verifyReceipt(bundle, { crypto, pinnedKeys })
}
