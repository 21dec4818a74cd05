import { type Lamports, type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { TREASURY, nodeConfirmed, nodePaying, requesterPrepaid } from './accounts.ts'
import { type LedgerCheck, checkBooks } from './check.ts'
import { type LedgerTransaction, type PayoutAmounts, chainFee, payoutFailed, payoutFinalized, payoutPlanned, treasuryDeposit } from './entries.ts'
import { contentOf, createLedgerStore } from './ledger.store.ts'

/** Books once, in the transaction of the fact that moves the money. Errors: `funds.insufficient`, `ledger.unbalanced`. */
export const book = (tx: Tx, transaction: LedgerTransaction): Promise<'booked' | 'duplicate'> => createLedgerStore(tx).book(transaction)

/** Reads the whole ledger at one moment and proves that it balances. */
export const checkLedger = (db: Db): Promise<LedgerCheck> =>
  transact(db, async (tx) => {
    const store = createLedgerStore(tx)
    return checkBooks({ transfers: await store.transfers(), balances: await store.balances(), contents: await store.contents() }, contentOf)
  })

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
  chainFee: async (tx: Tx, fee: { signature: string; lamports: Lamports; at: number }): Promise<void> => void (await book(tx, chainFee(fee))),
  treasuryDeposit: (tx: Tx, deposit: { signature: string; lamports: Lamports; at: number }): Promise<'booked' | 'duplicate'> =>
    book(tx, treasuryDeposit(deposit)),
  treasury: async (tx: Tx): Promise<Lamports> => lamports(await createLedgerStore(tx).balanceOf(TREASURY, 'lamports')),
}
