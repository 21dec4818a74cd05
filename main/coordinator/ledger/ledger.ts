import { type Lamports, type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Asset, TREASURY, nodeConfirmed, nodePaying, requesterPrepaid } from './accounts.ts'
import {
  type ChainCost,
  type PayoutAmounts,
  type TreasuryDeposit,
  accountRent,
  chainFee,
  payoutFailed,
  payoutFinalized,
  payoutPlanned,
  rentReturned,
  treasuryDeposit,
  treasuryLoss,
} from './entries.ts'
import { createLedgerStore } from './ledger.store.ts'
import type { LedgerTransaction } from './transaction.ts'

/** Books once, in the transaction of the fact that moves the money. Errors: `funds.insufficient`, `ledger.unbalanced`. */
export const book = (tx: Tx, transaction: LedgerTransaction): Promise<'booked' | 'duplicate'> => createLedgerStore(tx).book(transaction)

/** What a requester has left to spend. */
export const prepaidOf = async (db: Db | Tx, requesterId: string): Promise<MicroUsd> =>
  microUsd(await createLedgerStore(db).balanceOf(requesterPrepaid(requesterId), 'micro-usd'))

/** What a node has earned and not yet been paid: free, and tied up in payouts under way. */
export async function earningsOf(db: Db | Tx, nodeId: string): Promise<{ confirmed: MicroUsd; paying: MicroUsd }> {
  const store = createLedgerStore(db)
  return {
    confirmed: microUsd(await store.balanceOf(nodeConfirmed(nodeId), 'micro-usd')),
    paying: microUsd(await store.balanceOf(nodePaying(nodeId), 'micro-usd')),
  }
}

/** Nodes with money to be paid out. */
export async function confirmedBalances(db: Db | Tx): Promise<{ nodeId: string; confirmedMicroUsd: MicroUsd }[]> {
  const found = await createLedgerStore(db).balancesLike('node:', ':confirmed', 'micro-usd')
  return found.map(({ account, amount }) => ({ nodeId: account.slice('node:'.length, -':confirmed'.length), confirmedMicroUsd: microUsd(amount) }))
}

/** The ledger as payouts need it. */
export const payoutBooks = {
  planned: async (tx: Tx, payout: PayoutAmounts): Promise<void> => void (await book(tx, payoutPlanned(payout))),
  finalized: async (tx: Tx, payout: PayoutAmounts): Promise<void> => void (await book(tx, payoutFinalized(payout))),
  failed: async (tx: Tx, payout: PayoutAmounts): Promise<void> => void (await book(tx, payoutFailed(payout))),
  chainFee: async (tx: Tx, fee: ChainCost): Promise<void> => void (await book(tx, chainFee(fee))),
  accountRent: async (tx: Tx, rent: ChainCost): Promise<void> => void (await book(tx, accountRent(rent))),
  rentReturned: async (tx: Tx, rent: Parameters<typeof rentReturned>[0]): Promise<void> => void (await book(tx, rentReturned(rent))),
  loss: async (tx: Tx, loss: TreasuryDeposit): Promise<void> => void (await book(tx, treasuryLoss(loss))),
  treasuryDeposit: (tx: Tx, deposit: TreasuryDeposit): Promise<'booked' | 'duplicate'> => book(tx, treasuryDeposit(deposit)),
  treasury: async (tx: Tx): Promise<Lamports> => lamports(await treasuryOf(tx, 'lamports')),
  /** Of these transactions, those that the books know by a deposit, a fee or a loss. */
  async knownOf(db: Db | Tx, signatures: readonly string[]): Promise<ReadonlySet<string>> {
    const kinds = ['treasury', 'treasury-loss', 'chain-fee']
    const booked = await createLedgerStore(db).bookedOf(signatures.flatMap((signature) => kinds.map((kind) => `${kind}:${signature}`)))
    return new Set(booked.map((id) => id.slice(id.indexOf(':') + 1)))
  },
  earningsOf,
  /** Micro-USDC of the hot wallet. */
  usdcTreasury: (tx: Tx): Promise<bigint> => treasuryOf(tx, 'micro-usdc'),
}

const treasuryOf = (tx: Tx, asset: Asset): Promise<bigint> => createLedgerStore(tx).balanceOf(TREASURY, asset)
