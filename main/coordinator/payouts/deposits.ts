import { WindfallError } from '../../../shared/errors.ts'
import { lamports } from '../../../shared/units.ts'
import type { ChainTransaction, HistoryItem } from '../../chain/chain.ts'
import { transact } from '../persistence/database.ts'
import type { PayoutDeps } from './deps.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { BATCH_MEMO_PREFIX } from './plan.ts'
import { usdcAccountOf } from './purse.ts'

const PAGE = 1_000

/** How far the history of each account has been read. In memory: reading it again books nothing twice. */
export type HistoryCursor = Map<string, string>

/** Finalized transactions of an account since `until`, newest first; all of them without it. */
export async function historySince({ chain }: Pick<PayoutDeps, 'chain'>, address: string, until: string | null): Promise<HistoryItem[]> {
  const found: HistoryItem[] = []
  for (;;) {
    const before = found.at(-1)?.signature
    const page = await chain.historyOf(address, { limit: PAGE, ...(until === null ? {} : { until }), ...(before === undefined ? {} : { before }) })
    found.push(...page)
    if (page.length < PAGE) return found
  }
}

export async function readTransaction({ chain }: Pick<PayoutDeps, 'chain'>, signature: string): Promise<ChainTransaction> {
  const transaction = await chain.transaction(signature)
  if (transaction) return transaction
  throw new WindfallError(
    'chain.unavailable',
    `The Solana endpoint lists the transaction ${signature} but cannot show it. Windfall asks again; use an endpoint with full history if this lasts.`,
  )
}

/** What the hot wallet gained in a transaction (positive) or lost. */
function gainOf({ changes, tokenChanges }: ChainTransaction, { wallet, usdc }: Pick<PayoutDeps, 'wallet' | 'usdc'>): { lamports: bigint; microUsdc: bigint } {
  const own = tokenChanges.filter(({ owner, mint }) => owner === wallet.address && mint === usdc?.mint)
  return { lamports: changes.get(wallet.address) ?? 0n, microUsdc: own.reduce((sum, { change }) => sum + change, 0n) }
}

/** Accounts in which the hot wallet's money lies. */
export function accountsOf(deps: Pick<PayoutDeps, 'wallet' | 'chain' | 'usdc'>): string[] {
  const tokens = usdcAccountOf(deps)
  return [deps.wallet.address, ...(tokens === null ? [] : [tokens])]
}

/**
 * Books what has arrived in the hot wallet, each transaction once. A payout in its history that this database does not
 * know means that another coordinator pays from the same wallet, or that the database is an old copy: both would pay
 * people twice. Error: `payout.refused`.
 */
export async function bookDeposits(deps: PayoutDeps, cursor: HistoryCursor): Promise<void> {
  for (const address of accountsOf(deps)) {
    const history = await historySince(deps, address, cursor.get(address) ?? null)
    const ours = await createPayoutsStore(deps.db).ours(history.map((item) => item.signature))
    for (const item of history.toReversed()) if (!ours.has(item.signature)) await bookForeign(deps, item)
    const newest = history[0]?.signature
    if (newest !== undefined) cursor.set(address, newest)
  }
}

async function bookForeign(deps: PayoutDeps, { signature, err, memo }: HistoryItem): Promise<void> {
  const hasOurMemo = memo?.includes(BATCH_MEMO_PREFIX) ?? false
  if (err !== null && !hasOurMemo) return
  // Whatever it was booked as, by whatever was configured then.
  if ((await deps.books.knownOf(deps.db, [signature])).has(signature)) return
  const gain = gainOf(await readTransaction(deps, signature), deps)
  // Anybody can write our memo beside a transfer to the wallet; only who holds its key can make it pay.
  if (hasOurMemo && gain.lamports < 0n)
    throw new WindfallError(
      'payout.refused',
      `Payouts are stopped: the hot wallet made the payout ${signature}, which this database does not know. Stop the other coordinator that uses this wallet; if there is none, this is an old copy of the database: see what the chain knows more with “windfall payout rebuild”, then book it with --apply. Otherwise people would be paid twice.`,
    )
  // What took one asset and brought another, such as a sale, is no deposit: it would count as known, and what it took never be booked.
  if (gain.lamports >= 0n && gain.microUsdc >= 0n) await bookDeposit(deps, signature, gain)
}

/** Books what a transaction brought, once; what it took is no deposit. */
export async function bookDeposit(deps: PayoutDeps, signature: string, gain: { readonly lamports: bigint; readonly microUsdc: bigint }): Promise<void> {
  const [sol, microUsdc] = [gain.lamports > 0n ? gain.lamports : 0n, gain.microUsdc > 0n ? gain.microUsdc : 0n]
  if (sol === 0n && microUsdc === 0n) return
  const deposit = { signature, lamports: lamports(sol), microUsdc, at: deps.clock.now() }
  const booked = await transact(deps.db, (tx) => deps.books.treasuryDeposit(tx, deposit))
  if (booked === 'booked') deps.events.deposited(signature, sol, microUsdc)
}
