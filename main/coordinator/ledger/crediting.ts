import { WindfallError } from '../../../shared/errors.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type EuroRate, creditIssued, creditOf, creditVerified, creditsSold } from './credits.ts'
import { createCreditsStore } from './credits.store.ts'
import { createLedgerStore } from './ledger.store.ts'

const AT_ONCE = 500

export interface CreditedReceipt {
  readonly receiptId: string
  readonly nodeId: string
  readonly attributedSavingG: number
  readonly leafIndex: number
  readonly isMeasured: boolean
}

/** Books the credits of receipts, pending, in the transaction that issues them. One that saved nothing has none. */
export async function issueCredits(tx: Tx, receipts: readonly CreditedReceipt[], at: number): Promise<void> {
  const credits = receipts
    .map((receipt) => ({ ...receipt, microEur: creditOf(receipt.attributedSavingG) }))
    // Less than a micro-EUR is none.
    .filter(({ microEur }) => microEur > 0n)
  if (credits.length === 0) return
  await createLedgerStore(tx).bookAll(credits.map((credit) => creditIssued({ ...credit, at })))
  await createCreditsStore(tx).add(credits)
}

/** Verifies the credits of measured receipts among the first `treeSize` of the log, which are anchored for good. Answers how many. */
export async function verifyCredits(db: Db, { treeSize, at }: { readonly treeSize: number; readonly at: number }): Promise<number> {
  for (let count = 0; ; ) {
    const verified = await transact(db, async (tx) => {
      const store = createCreditsStore(tx)
      const due = await store.due(treeSize, AT_ONCE)
      if (due.length === 0) return 0
      await createLedgerStore(tx).bookAll(due.map((credit) => creditVerified({ ...credit, at })))
      await store.verified(due.map(({ receiptId }) => receiptId))
      return due.length
    })
    count += verified
    if (verified < AT_ONCE) return count
  }
}

interface RedemptionOrder {
  readonly nodeId: string
  readonly redemptionId: string
  readonly microEur: bigint
  readonly rate: EuroRate | null
  readonly at: number
}

/**
 * Turns verified credits into confirmed money, once per redemption id, at the rate of that moment. Errors: `conflict` where the operator has set no
 * rate, `input.invalid` for nothing, `funds.insufficient` for more than is verified or than the platform has earned.
 */
export async function redeemCredits(tx: Tx, order: RedemptionOrder): Promise<'booked' | 'duplicate'> {
  const { nodeId, redemptionId, microEur, rate } = order
  const store = createLedgerStore(tx)
  if (await store.isBooked(`redeem:${nodeId}:${redemptionId}`)) return 'duplicate'
  if (rate === null)
    throw new WindfallError('conflict', 'The operator of this coordinator has set no rate for euros, so credits cannot be redeemed yet. They do not expire.')
  const sale = creditsSold({ ...order, rate })
  if (sale.transfers.length < 3) throw new WindfallError('input.invalid', `${microEur} micro-EUR of credits are not worth a micro-USD. Redeem more at once.`)
  return store.book(sale)
}
