import { WindfallError } from '../../../shared/errors.ts'
import type { Asset } from './accounts.ts'

/** Balanced by its shape: what leaves one account arrives at another. */
export interface Transfer {
  readonly from: string
  readonly to: string
  readonly asset: Asset
  readonly amount: bigint
}

export interface LedgerTransaction {
  /** Says what it is about; booking it twice books it once. */
  readonly id: string
  readonly kind: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly transfers: readonly Transfer[]
  /** What the amounts do not say, such as the rate of a conversion with its source and time. */
  readonly note?: string | null
}

export interface AccountChange {
  readonly account: string
  readonly asset: Asset
  readonly change: bigint
}

/** What transfers together change, by account and asset. */
export function changesOf(transfers: readonly Transfer[]): AccountChange[] {
  const changes = new Map<string, AccountChange>()
  const add = (account: string, asset: Asset, amount: bigint) => {
    const key = `${account} ${asset}`
    changes.set(key, { account, asset, change: (changes.get(key)?.change ?? 0n) + amount })
  }
  for (const { from, to, asset, amount } of transfers) {
    add(from, asset, -amount)
    add(to, asset, amount)
  }
  return [...changes.values()]
}

/** What a 64-bit integer holds, and so every database. */
export const MOST = 2n ** 63n - 1n

export const usd = (from: string, to: string, amount: bigint): Transfer => ({ from, to, asset: 'micro-usd', amount })
export const sol = (from: string, to: string, amount: bigint): Transfer => ({ from, to, asset: 'lamports', amount })
export const usdc = (from: string, to: string, amount: bigint): Transfer => ({ from, to, asset: 'micro-usdc', amount })

/** Amounts of zero move nothing and are left out; one that is negative, or that no database holds, is refused. Error: `ledger.unbalanced`. */
export function transaction(id: string, at: number, transfers: readonly Transfer[], note: string | null = null): LedgerTransaction {
  const refused = transfers.find(({ amount }) => amount < 0n || amount > MOST)
  if (refused)
    throw new WindfallError(
      'ledger.unbalanced',
      `The ledger transaction ${id} would move ${refused.amount} from ${refused.from} to ${refused.to}. An amount is at least 0 and below 2^63.`,
    )
  return { id, kind: id.slice(0, id.indexOf(':')), at, transfers: transfers.filter((transfer) => transfer.amount > 0n), note }
}
