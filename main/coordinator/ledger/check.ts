import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { OutputOf } from '../../../shared/contract/define.ts'
import { type Asset, EXCHANGE_LAMPORTS, EXCHANGE_USD, EXTERNAL_CHAIN, mayBeNegative } from './accounts.ts'
import type { LedgerTransaction, Transfer } from './entries.ts'

export type LedgerCheck = OutputOf<(typeof coordinatorContract)['checkLedger']>

type BookedTransfer = Transfer & { readonly kind: string; readonly transactionId: string }

/** Everything in the books, as read in one go. */
export interface Books {
  readonly transfers: readonly BookedTransfer[]
  readonly balances: readonly { readonly account: string; readonly asset: string; readonly amount: bigint }[]
  readonly contents: ReadonlyMap<string, { readonly kind: string; readonly sha256: string }>
}

const ASSETS: readonly Asset[] = ['micro-usd', 'lamports']
const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, amount) => sum + amount, 0n)

/** Balances as the transfers alone give them, keyed `account asset`. */
function recompute(transfers: readonly BookedTransfer[]): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const { from, to, asset, amount } of transfers) {
    sums.set(`${from} ${asset}`, (sums.get(`${from} ${asset}`) ?? 0n) - amount)
    sums.set(`${to} ${asset}`, (sums.get(`${to} ${asset}`) ?? 0n) + amount)
  }
  return sums
}

function balanceFindings({ transfers, balances }: Books): string[] {
  const expected = recompute(transfers)
  const stored = new Map(balances.map(({ account, asset, amount }) => [`${account} ${asset}`, amount]))
  const wrong = [...new Set([...expected.keys(), ...stored.keys()])].filter((key) => (expected.get(key) ?? 0n) !== (stored.get(key) ?? 0n))
  const negative = balances.filter(({ account, amount }) => amount < 0n && !mayBeNegative(account))
  return [
    ...wrong.map((key) => `The balance of ${key} is stored as ${stored.get(key) ?? 0n}, but its transfers add up to ${expected.get(key) ?? 0n}.`),
    ...negative.map(({ account, asset, amount }) => `${account} is at ${amount} ${asset} and may not be below zero.`),
  ]
}

function contentFindings({ transfers, contents }: Books, contentOf: (transaction: LedgerTransaction) => string): string[] {
  const grouped = Map.groupBy(transfers, (transfer) => transfer.transactionId)
  return [...contents].flatMap(([id, { kind, sha256 }]) =>
    contentOf({ id, kind, at: 0, transfers: grouped.get(id) ?? [] }) === sha256 ? [] : [`The ledger transaction ${id} was changed after it was booked.`],
  )
}

/**
 * Proves that the books balance, from the rows themselves. `sums` is Σ of all balances per asset and must be 0.
 * `confirmedMicroUsd` is everything nodes ever earned, `paidMicroUsd` what of it has been paid out for good, and
 * `paidLamports` the lamports they got for that.
 */
export function checkBooks(books: Books, contentOf: (transaction: LedgerTransaction) => string): LedgerCheck {
  const sums = ASSETS.map((asset) => ({ asset, sum: total(books.balances.filter((one) => one.asset === asset).map((one) => one.amount)).toString() }))
  const held = (account: string) => total(books.balances.filter((one) => one.account === account).map((one) => one.amount))
  const earned = books.transfers.filter(({ kind, to }) => kind === 'close' && to.startsWith('node:'))
  const paid = books.transfers.filter(({ kind, to }) => kind === 'payout-closed' && to === EXTERNAL_CHAIN)
  const idle = held(EXCHANGE_LAMPORTS) === 0n ? [] : [`${EXCHANGE_LAMPORTS} holds ${held(EXCHANGE_LAMPORTS)} lamports and should be empty.`]
  const findings = [...balanceFindings(books), ...contentFindings(books, contentOf), ...idle]
  return {
    balanced: findings.length === 0 && sums.every(({ sum }) => sum === '0'),
    sums,
    entries: books.transfers.length * 2,
    confirmedMicroUsd: total(earned.map((one) => one.amount)).toString(),
    paidMicroUsd: held(EXCHANGE_USD).toString(),
    paidLamports: total(paid.map((one) => one.amount)).toString(),
    findings,
  }
}
