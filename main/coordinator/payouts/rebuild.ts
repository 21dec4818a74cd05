import type { PayoutRebuild } from '../../../shared/contract/payout-admin.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { Batch } from './batch.ts'
import { accountsOf, bookDeposit, historySince, readTransaction } from './deposits.ts'
import type { PayoutDeps } from './deps.ts'
import { hasMoved } from './lanes.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { BATCH_MEMO_PREFIX } from './plan.ts'
import { type Landed, isFeeOnly, isOfBatch, readLanded, shareOut } from './rebuild-plan.ts'
import { bookBatch, bookFee, bookShares, pledgedTo, rebuiltRate, takeBack, writeOff } from './rebuild-book.ts'

type Found = PayoutRebuild['found'][number]

interface Verdict {
  readonly verdict: Found['verdict']
  readonly explanation: string
  /** Of what is booked at a rate that is not that of its time. */
  readonly rate?: string
  /** Books it. */
  readonly book: (() => Promise<void>) | null
}

const unexplained = (explanation: string): Verdict => ({ verdict: 'unexplained', explanation, book: null })

/** Whether a transaction of the batch that was signed before may still land, by all that the chain has. */
async function mayLand(deps: PayoutDeps, { live, rivals }: Batch, history: ReadonlySet<string>): Promise<boolean> {
  if (!live) return false
  // One on a lane never expires: it is dead when its nonce has moved on.
  const isOver = live.lane === null ? (await deps.chain.blockHeight('finalized')) > live.lastValidBlockHeight : await hasMoved(deps, live)
  const signatures = [live, ...rivals].map(({ signature }) => signature)
  const statuses = await deps.chain.statuses(signatures)
  return !isOver || statuses.some((status) => status !== null) || signatures.some((signature) => history.has(signature))
}

async function judgeBatch(deps: PayoutDeps, landed: Landed, { batch, history }: { batch: Batch; history: ReadonlySet<string> }): Promise<Verdict> {
  if (!isOfBatch(landed, batch)) return unexplained(`It has the memo of batch ${batch.id}, and pays something else.`)
  if (await mayLand(deps, batch, history))
    return unexplained(`It paid batch ${batch.id}, of which another transaction may still land. Look again once that is final or has expired.`)
  return { verdict: 'batch', explanation: `It paid batch ${batch.id}, exactly as planned.`, book: () => bookBatch(deps, landed, batch) }
}

/** A payment of which these books have no batch: an older copy of them was restored. */
async function judgeByAddresses(deps: PayoutDeps, landed: Landed, open: readonly Batch[]): Promise<Verdict> {
  const rate = await deps.rate()
  const pledged = await pledgedTo(deps, landed, open)
  if (pledged.batches.some(({ live }) => live !== null))
    return unexplained('It paid somebody to whom another transaction of these books may still land. Look again once that is final or has expired.')
  const count = pledged.batches.length + pledged.claims.length
  if (count > 0)
    return {
      verdict: 'addresses',
      rate: rebuiltRate(rate, landed.asset),
      explanation: `It paid people to whom ${count} payouts of these books are still to go. They are taken back, and it is booked at today’s rate to what its recipients have earned; more than that as a loss.`,
      book: async () => {
        await takeBack(deps, pledged)
        await bookShares(deps, landed, { shared: shareOut(landed, await deps.payableNodes(deps.db), rate), rate })
      },
    }
  const shared = shareOut(landed, await deps.payableNodes(deps.db), rate)
  if (shared.strangers.length > 0) return unexplained(`No node with confirmed earnings is paid to ${shared.strangers.join(', ')}.`)
  const unit = landed.asset === 'lamports' ? 'lamports' : 'micro-USDC'
  const excess = shared.excess === 0n ? '' : ` ${shared.excess} ${unit} of it are more than they have earned by these books, and are booked as a loss.`
  return {
    verdict: 'addresses',
    rate: rebuiltRate(rate, landed.asset),
    explanation: `It paid ${shared.shares.length} nodes by their addresses, booked at today’s rate.${excess}`,
    book: () => bookShares(deps, landed, { shared, rate }),
  }
}

async function judge(deps: PayoutDeps, landed: Landed, known: { history: ReadonlySet<string>; open: readonly Batch[] }): Promise<Verdict> {
  const { gain, memo } = landed
  if (isFeeOnly(landed)) return { verdict: 'fee', explanation: 'It moved nothing; its fee is gone.', book: () => bookFee(deps, landed) }
  if (gain.lamports >= 0n && gain.microUsdc >= 0n)
    return { verdict: 'deposit', explanation: 'It brought money.', book: () => bookDeposit(deps, landed.signature, gain) }
  if (!memo?.startsWith(BATCH_MEMO_PREFIX)) return unexplained('It took money out of the hot wallet and is no payout.')
  const batch = known.open.find((one) => one.memo === memo)
  return batch ? judgeBatch(deps, landed, { batch, history: known.history }) : judgeByAddresses(deps, landed, known.open)
}

/** Everything in the history of the hot wallet that the books do not know, oldest first. */
async function unknownIn(deps: PayoutDeps, history: readonly { signature: string; slot: number }[]): Promise<string[]> {
  const signatures = history.toSorted((a, b) => a.slot - b.slot).map(({ signature }) => signature)
  const ours = await createPayoutsStore(deps.db).ours(signatures)
  const booked = await deps.books.knownOf(deps.db, signatures)
  return signatures.filter((signature) => !ours.has(signature) && !booked.has(signature))
}

async function lookAt(deps: PayoutDeps, signature: string): Promise<Landed> {
  return readLanded(signature, await readTransaction(deps, signature), { wallet: deps.wallet.address, usdcMint: deps.usdc?.mint ?? null })
}

/**
 * Finds what the chain knows of the hot wallet and the books do not, which is how a database that was restored from a backup catches up;
 * with `apply` books all of it that can be explained, and what the operator writes off by its signature. Doing it again finds nothing more.
 */
export async function rebuild(
  deps: PayoutDeps,
  { apply, writeOff: lost }: { apply: boolean; writeOff: readonly string[] },
  by: string,
): Promise<PayoutRebuild> {
  const pages = await Promise.all(accountsOf(deps).map((address) => historySince(deps, address, null)))
  const history = [...new Map(pages.flat().map((item) => [item.signature, item])).values()]
  const signatures = new Set(history.map((item) => item.signature))
  const unknown = await unknownIn(deps, history)
  const found: Found[] = []
  for (const signature of unknown) {
    const landed = await lookAt(deps, signature)
    // Strangers' failed transactions cost and moved nothing of ours.
    if (landed.gain.lamports === 0n && landed.gain.microUsdc === 0n) continue
    const open = await createPayoutsStore(deps.db).openBatches()
    const judged = await judge(deps, landed, { history: signatures, open })
    const isLost = judged.verdict === 'unexplained' && lost.includes(signature)
    const verdict = isLost ? { ...judged, verdict: 'written-off' as const, book: () => writeOff(deps, landed) } : judged
    if (apply) await verdict.book?.()
    found.push({ signature, memo: landed.memo, ...inText(landed.gain), verdict: verdict.verdict, explanation: verdict.explanation, rate: verdict.rate ?? null })
  }
  if (apply) await transact(deps.db, (tx) => note(tx, deps, found, by))
  return { applied: apply, transactions: history.length, known: history.length - found.length, found: found.slice(0, 10_000) }
}

const inText = (gain: Landed['gain']) => ({ lamports: String(gain.lamports), microUsdc: String(gain.microUsdc) })

const note = (tx: Tx, { decide }: PayoutDeps, found: readonly Found[], by: string): Promise<void> =>
  decide(tx, 'payout.rebuilt', {
    by,
    booked: found.filter(({ verdict }) => verdict !== 'unexplained').map(({ signature, verdict }) => ({ signature, verdict })),
  })
