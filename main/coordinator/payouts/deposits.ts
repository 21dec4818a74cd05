import { WindfallError } from '../../../shared/errors.ts'
import { type Lamports, lamports } from '../../../shared/units.ts'
import type { HistoryItem } from '../../chain/chain.ts'
import { transact } from '../persistence/database.ts'
import type { PayoutDeps } from './deps.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { BATCH_MEMO_PREFIX } from './plan.ts'

const PAGE = 1_000

/** How far the hot wallet's history has been read. In memory: reading it again books nothing twice. */
export interface HistoryCursor {
  newest: string | null
}

async function historySince({ chain, wallet }: PayoutDeps, until: string | null): Promise<HistoryItem[]> {
  const found: HistoryItem[] = []
  for (;;) {
    const before = found.at(-1)?.signature
    const page = await chain.historyOf(wallet.address, { limit: PAGE, ...(until === null ? {} : { until }), ...(before === undefined ? {} : { before }) })
    found.push(...page)
    if (page.length < PAGE) return found
  }
}

async function gainOf({ chain, wallet }: PayoutDeps, signature: string): Promise<Lamports> {
  const transaction = await chain.transaction(signature)
  if (!transaction)
    throw new WindfallError(
      'chain.unavailable',
      `The Solana endpoint lists the transaction ${signature} but cannot show it. Windfall asks again; use an endpoint with full history if this lasts.`,
    )
  return transaction.changes.get(wallet.address) ?? lamports(0n)
}

/**
 * Books what has arrived in the hot wallet, each transaction once. A payout in its history that this database does not
 * know means that another coordinator pays from the same wallet, or that the database is an old copy: both would pay
 * people twice. Error: `payout.refused`.
 */
export async function bookDeposits(deps: PayoutDeps, cursor: HistoryCursor): Promise<void> {
  const history = await historySince(deps, cursor.newest)
  const ours = await createPayoutsStore(deps.db).ours(history.map((item) => item.signature))
  for (const item of history.toReversed()) if (!ours.has(item.signature)) await bookForeign(deps, item)
  cursor.newest = history[0]?.signature ?? cursor.newest
}

async function bookForeign(deps: PayoutDeps, { signature, err, memo }: HistoryItem): Promise<void> {
  const hasOurMemo = memo?.includes(BATCH_MEMO_PREFIX) ?? false
  if (err !== null && !hasOurMemo) return
  const gain = await gainOf(deps, signature)
  // Anybody can write our memo beside a transfer to the wallet; only who holds its key can make it pay.
  if (hasOurMemo && gain < 0n)
    throw new WindfallError(
      'payout.refused',
      `Payouts are stopped: the hot wallet made the payout ${signature}, which this database does not know. Stop the other coordinator that uses this wallet, or restore the newest backup; otherwise people would be paid twice.`,
    )
  if (gain <= 0n) return
  const booked = await transact(deps.db, (tx) => deps.books.treasuryDeposit(tx, { signature, lamports: gain, at: deps.clock.now() }))
  if (booked === 'booked') deps.events.deposited(signature, gain)
}
