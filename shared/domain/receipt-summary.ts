/** What lists show of a receipt. Reads a bundle without judging it. */
import type { ReceiptSummary } from '../contract/receipt.ts'
import { Origin } from '../contract/wire.ts'
import { WindfallError } from '../errors.ts'
import { CarbonReceipt, type ReceiptBundle, type ReceiptPredicate } from './carbon-receipt.ts'
import { payloadOf } from './dsse.ts'

/** The least trustworthy source decides: modelled before recorded before live; `modelled` if there is none. */
export const weakestOrigin = (origins: readonly Origin[]): Origin =>
  Origin.options[Math.max(...origins.map((origin) => Origin.options.indexOf(origin)))] ?? 'modelled'

export const originOf = ({ intervals }: Pick<ReceiptPredicate, 'intervals'>): Origin => weakestOrigin(intervals.map(({ origin }) => origin))

/** The day a recording was issued on, `YYYY-MM-DD`; `null` unless the receipt rests on one. */
export const recordedOnOf = ({ intervals }: Pick<ReceiptPredicate, 'intervals'>): string | null =>
  intervals.find(({ origin }) => origin === 'recorded')?.issuedAt.slice(0, 10) ?? null

/** The line of a receipt in a list; `leafIndex` is its place in the log. */
export function summaryOf(predicate: ReceiptPredicate, leafIndex: number): ReceiptSummary {
  const { receiptId, jobId, nodeId, zone, issuedAt, energyWh, emissionsG, attributedSavingG, method } = predicate
  const grid = { origin: originOf(predicate), recordedOn: recordedOnOf(predicate) }
  return { receiptId, jobId, nodeId, zone, issuedAt, energyWh, emissionsG, attributedSavingG, ...grid, method, leafIndex }
}

/** What a bundle's receipt says, whether or not it is true; `null` if it is no carbon receipt at all. */
export const receiptOf = ({ receipt }: Pick<ReceiptBundle, 'receipt'>): CarbonReceipt | null => CarbonReceipt.safeParse(payloadOf(receipt)).data ?? null

/** The figures of {@link receiptOf}. Error: `receipt.unreadable` if there are none. */
export function predicateOf(bundle: ReceiptBundle): ReceiptPredicate {
  const receipt = receiptOf(bundle)
  if (!receipt)
    throw new WindfallError('receipt.unreadable', 'This receipt does not hold a carbon statement, or it is damaged. Get it again from its coordinator.')
  return receipt.predicate
}
