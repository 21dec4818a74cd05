/** What lists show of a receipt. Reads a bundle without judging it. */
import type { ReceiptSummary } from '../contract/coordinator.ts'
import { Origin } from '../contract/wire.ts'
import { WindfallError } from '../errors.ts'
import { CarbonReceipt, type ReceiptBundle, type ReceiptPredicate } from './carbon-receipt.ts'
import { decodeBase64, decodeUtf8 } from './encoding.ts'

/** The least trustworthy source decides: modelled before recorded before live. */
export const originOf = ({ intervals }: ReceiptPredicate): Origin =>
  Origin.options[Math.max(...intervals.map(({ origin }) => Origin.options.indexOf(origin)))] ?? 'modelled'

/** The day a recording was issued on, `YYYY-MM-DD`; `null` unless the receipt rests on one. */
export const recordedOnOf = ({ intervals }: ReceiptPredicate): string | null =>
  intervals.find(({ origin }) => origin === 'recorded')?.issuedAt.slice(0, 10) ?? null

export function summaryOf(predicate: ReceiptPredicate, leafIndex: number): ReceiptSummary {
  const { receiptId, jobId, nodeId, zone, issuedAt, energyWh, emissionsG, attributedSavingG } = predicate
  return { receiptId, jobId, nodeId, zone, issuedAt, energyWh, emissionsG, attributedSavingG, origin: originOf(predicate), leafIndex }
}

/** What a bundle's receipt says, unverified. Error: `receipt.unreadable`. */
export function predicateOf(bundle: ReceiptBundle): ReceiptPredicate {
  try {
    const body = decodeBase64(bundle.receipt.payload)
    return CarbonReceipt.parse(JSON.parse((body && decodeUtf8(body)) ?? '')).predicate
  } catch (error) {
    throw new WindfallError('receipt.unreadable', 'This receipt does not hold a carbon statement, or it is damaged.', { cause: error })
  }
}
