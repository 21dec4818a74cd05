import { createHash } from 'node:crypto'
import type { BalanceSheet } from '../../../shared/domain/balance-sheet.ts'
import type { Booked } from './reading.store.ts'
import { changesOf } from './transaction.ts'

/** `node:n1:confirmed` → `node:*:confirmed`. */
const kindOf = (account: string): string => account.replace(/^(node|requester|job|dispute):[^:]*:/, '$1:*:')

type Entries = Pick<BalanceSheet, 'transactions' | 'entriesSha256'>

export interface SheetSums {
  readonly add: (booked: Booked) => void
  readonly entries: () => Entries
  /** What the period changed, by kind of account and asset. */
  readonly changes: ReadonlyMap<string, bigint>
}

/** Adds up the transactions of a period, which have to come in the order in which they were booked. */
export function createSheetSums(): SheetSums {
  const hash = createHash('sha256')
  const changes = new Map<string, bigint>()
  let transactions = 0
  return {
    changes,
    add({ id, sha256, transfers }) {
      transactions += 1
      hash.update(`${id} ${sha256}\n`)
      for (const { account, asset, change } of changesOf(transfers)) {
        const key = `${kindOf(account)} ${asset}`
        changes.set(key, (changes.get(key) ?? 0n) + change)
      }
    },
    entries: () => ({ transactions, entriesSha256: hash.copy().digest('hex') }),
  }
}

type Balances = BalanceSheet['balances']

/** Balances after changes, in the order of their accounts. */
export function balancesAfter(before: Balances, changes: ReadonlyMap<string, bigint>): Balances {
  const sums = new Map(before.map(({ account, asset, amount }) => [`${account} ${asset}`, BigInt(amount)]))
  for (const [key, change] of changes) sums.set(key, (sums.get(key) ?? 0n) + change)
  return [...sums]
    .filter(([, amount]) => amount !== 0n)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, amount]) => ({ account: key.slice(0, key.indexOf(' ')), asset: key.slice(key.indexOf(' ') + 1), amount: amount.toString() }))
}
