import type { RequesterMoney } from '../../../shared/contract/ledger.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { requesterDebt, requesterPrepaid } from './accounts.ts'
import { chargeback, changeOf, debtPaid, refund } from './claims.ts'
import { type Deposit, requesterDeposit } from './entries.ts'
import { createLedgerStore } from './ledger.store.ts'
import { createReadingStore } from './reading.store.ts'
import type { LedgerTransaction } from './transaction.ts'

/** What a requester has to spend, and what they owe since a deposit that they had spent was taken back. */
export async function moneyOf(db: Db | Tx, requesterId: string): Promise<{ readonly prepaid: MicroUsd; readonly owed: MicroUsd }> {
  const [prepaid, debt] = [requesterPrepaid(requesterId), requesterDebt(requesterId)]
  const balances = await createLedgerStore(db).balancesOf([prepaid, debt], 'micro-usd')
  return { prepaid: microUsd(balances.get(prepaid) ?? 0n), owed: microUsd(-(balances.get(debt) ?? 0n)) }
}

export async function viewMoney(db: Db | Tx, requesterId: string): Promise<RequesterMoney> {
  const { prepaid, owed } = await moneyOf(db, requesterId)
  return { requesterId, balanceMicroUsd: String(prepaid), owedMicroUsd: String(owed) }
}

/** What somebody has pays first for what they owe. */
export async function payDebt(tx: Tx, requesterId: string, { id, at }: { readonly id: string; readonly at: number }): Promise<void> {
  const { prepaid, owed } = await moneyOf(tx, requesterId)
  const amount = prepaid < owed ? prepaid : owed
  if (amount > 0n) await createLedgerStore(tx).book(debtPaid({ id, requesterId, amount, at }))
}

/** Books what a person has named and counted: what does not fit is a mistake of theirs, no defect of the books. Error: `conflict`. */
async function bookNamed(tx: Tx, transaction: LedgerTransaction): Promise<'booked' | 'duplicate'> {
  const store = createLedgerStore(tx)
  const isKnown = await store.isBooked(transaction.id)
  return store.book(transaction).catch((error: unknown) => {
    if (!(error instanceof WindfallError) || error.code !== 'ledger.unbalanced') throw error
    const why = isKnown ? 'This id was booked before with another amount or reason. Choose another id.' : error.message
    throw new WindfallError('conflict', why, { cause: error })
  })
}

/** A requester pays in, once per id. Errors: `conflict` if it was booked with another amount, or if the books cannot count that far. */
export async function deposit(tx: Tx, paid: Deposit): Promise<'booked' | 'duplicate'> {
  const booked = await bookNamed(tx, requesterDeposit(paid))
  if (booked === 'booked') await payDebt(tx, paid.requesterId, paid)
  return booked
}

interface Order {
  readonly requesterId: string
  readonly reason: string
  readonly at: number
}

/** Pays prepaid money back that is not owed, once per id. Errors: `funds.insufficient`; `conflict` if it was booked with another amount. */
export async function payBack(tx: Tx, order: Order & { readonly refundId: string; readonly amount: bigint }): Promise<'booked' | 'duplicate'> {
  const { requesterId, refundId, at } = order
  const id = `refund:${requesterId}:${refundId}`
  if (!(await createLedgerStore(tx).isBooked(id))) await payDebt(tx, requesterId, { id, at })
  return bookNamed(tx, refund(order))
}

/**
 * A deposit was taken back, all of it or `amount`. Answers with what it came to. Errors: `not-found` for a deposit that never was, `conflict` if it was
 * taken back before with another amount, `input.invalid` for more than it was.
 */
export async function takeBack(tx: Tx, order: Order & { readonly depositId: string; readonly amount: bigint | null }): Promise<'booked' | 'duplicate'> {
  const { requesterId, depositId } = order
  const reading = createReadingStore(tx)
  // Deposits that the operator named carry the name of their requester, too.
  const [paid] = await reading.named([`deposit:${requesterId}:${depositId}`, `deposit:${depositId}`])
  const was = paid ? changeOf(paid, requesterPrepaid(requesterId), 'micro-usd') : 0n
  if (was === 0n) throw new WindfallError('not-found', `${requesterId} never made a deposit ${depositId}. See its statement: windfall ledger statement`)
  const amount = order.amount ?? was
  if (amount > was || amount === 0n)
    throw new WindfallError('input.invalid', `The deposit ${depositId} was ${was} micro-USD: take back at most that, and not 0.`)
  const [before] = await reading.named([`chargeback:${requesterId}:${depositId}`])
  const wasBack = before?.transfers.reduce((sum, one) => sum + one.amount, 0n)
  if (wasBack !== undefined && wasBack !== amount)
    throw new WindfallError('conflict', `Of the deposit ${depositId}, ${wasBack} micro-USD were taken back before. A deposit is taken back once.`)
  if (before) return 'duplicate'
  return createLedgerStore(tx).book(chargeback({ ...order, amount, prepaid: (await moneyOf(tx, requesterId)).prepaid }))
}
