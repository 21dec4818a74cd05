import type { NodeBalances } from '../../shared/contract/ledger.ts'
import type { MoneyView } from '../../shared/contract/money.ts'
import { formatUsdExact } from '../../shared/domain/money.ts'
import { t } from '../../shared/i18n/translate.ts'
import { MONEY_WORD } from './money-words.ts'

/** Where the books of the coordinator and the sums of this machine part, in words. Accrued money only the coordinator knows. */
export function differences(totals: MoneyView['totals'], books: NodeBalances): string[] {
  const pairs = [
    ['confirmed', totals.confirmed, books.confirmedMicroUsd],
    ['paying', totals.paying, books.payingMicroUsd],
    ['paid', totals.paid, books.paidMicroUsd],
  ] as const
  return pairs.flatMap(([state, here, there]) =>
    BigInt(here) === BigInt(there)
      ? []
      : [t('{state} is {there} there and {here} here', { state: MONEY_WORD[state].word, there: formatUsdExact(there), here: formatUsdExact(here) })],
  )
}
