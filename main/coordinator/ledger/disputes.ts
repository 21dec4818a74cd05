import type { DisputeView } from '../../../shared/contract/ledger.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { jobReserved, ownerOf, requesterPrepaid, vaultMoney } from './accounts.ts'
import { disputeDecided, disputeOpened, priceOf } from './claims.ts'
import { createLedgerStore } from './ledger.store.ts'
import { type Booked, createReadingStore } from './reading.store.ts'
import type { LedgerTransaction } from './transaction.ts'
import { viewOf } from './statement.ts'
import { vaultBalance } from './vaults.ts'

const named = async (db: Db | Tx, id: string): Promise<Booked | null> => (await createReadingStore(db).named([id]))[0] ?? null

/** Error: `not-found` if none was ever opened about this job. */
async function opened(db: Db | Tx, jobId: string): Promise<Booked> {
  const found = await named(db, `dispute:${jobId}`)
  if (!found) throw new WindfallError('not-found', `There is no dispute about the job ${jobId}. To see those that are open: windfall ledger disputes`)
  return found
}

async function requesterOf(db: Db | Tx, jobId: string): Promise<string> {
  const transfers = (await createReadingStore(db).touching([`job:${jobId}`])).flatMap((one) => one.transfers)
  const payer = transfers.find(({ from, to }) => to === jobReserved(jobId) && from.startsWith('requester:'))?.from ?? ''
  return ownerOf(payer).slice('requester:'.length)
}

/** Into the vault of a protected job, as long as that holds its money: the arbiter gives it back from there. */
async function refundAccount(tx: Tx, jobId: string): Promise<string> {
  const requesterId = await requesterOf(tx, jobId)
  const { microUsdc } = await vaultBalance(tx, { requesterId, jobId })
  return microUsdc > 0n ? vaultMoney(requesterId, jobId) : requesterPrepaid(requesterId)
}

/** In whose favour it was decided, by where the money went. */
const verdictOf = ({ transfers }: LedgerTransaction): 'node' | 'requester' => (transfers.some(({ to }) => to.startsWith('requester:')) ? 'requester' : 'node')

/** Error: `not-found`. */
export async function viewDispute(db: Db | Tx, jobId: string): Promise<DisputeView> {
  const dispute = await opened(db, jobId)
  const decided = await named(db, `dispute-decided:${jobId}`)
  return {
    jobId,
    openedAt: toIso(dispute.at),
    heldMicroUsd: String(decided ? 0n : dispute.transfers.reduce((sum, { amount }) => sum + amount, 0n)),
    reason: dispute.note ?? null,
    held: viewOf(dispute, 'operator').transfers,
    decided: decided ? { at: toIso(decided.at), inFavourOf: verdictOf(decided), reason: decided.note ?? null } : null,
  }
}

interface OpenOrder {
  readonly jobId: string
  /** `null`: all that the job came to. */
  readonly amount: bigint | null
  readonly reason: string
  readonly at: number
}

/** Holds what a job came to. Errors: `not-found`, `conflict` if it was disputed before, `input.invalid`, `funds.insufficient` if it has been paid out. */
export async function openDispute(tx: Tx, { jobId, amount, reason, at }: OpenOrder): Promise<bigint> {
  const closed = await named(tx, `close:${jobId}`)
  if (!closed || priceOf(closed) === 0n) throw new WindfallError('not-found', `Nothing was paid for a job ${jobId}, so there is nothing to hold.`)
  const store = createLedgerStore(tx)
  if (await store.isBooked(`dispute:${jobId}`))
    throw new WindfallError('conflict', `There was a dispute about the job ${jobId} before. A job is disputed once.`)
  const dispute = disputeOpened({ jobId, closed, amount: amount ?? priceOf(closed), reason, at })
  for (const { from, amount: share } of dispute.transfers) {
    const left = await store.balanceOf(from, 'micro-usd')
    if (left < share)
      throw new WindfallError(
        'funds.insufficient',
        `${ownerOf(from)} got ${share} micro-USD of that and has ${left} left that is not paid out or on its way. Hold less with --usd.`,
      )
  }
  await store.book(dispute)
  return dispute.transfers.reduce((sum, one) => sum + one.amount, 0n)
}

/** Decides once; the same decision again is harmless. Errors: `not-found`, `conflict` if it was decided otherwise. */
export async function decideDispute(
  tx: Tx,
  order: { readonly jobId: string; readonly inFavourOf: 'node' | 'requester'; readonly reason: string; readonly at: number },
): Promise<'decided' | 'before'> {
  const { jobId, inFavourOf } = order
  const dispute = await opened(tx, jobId)
  const before = await named(tx, `dispute-decided:${jobId}`)
  if (before && verdictOf(before) !== inFavourOf)
    throw new WindfallError('conflict', `The dispute about the job ${jobId} was decided in favour of the ${verdictOf(before)}. That is final.`)
  if (before) return 'before'
  const refundTo = inFavourOf === 'requester' ? await refundAccount(tx, jobId) : null
  await createLedgerStore(tx).book(disputeDecided({ ...order, opened: dispute, refundTo }))
  return 'decided'
}

/** Those that are open, by job id. */
export async function openDisputes(db: Db, { after, limit }: { readonly after: string | null; readonly limit: number }) {
  const found = await createReadingStore(db).holding('dispute', { after: after === null ? null : `dispute:${after}:held`, limit: limit + 1 })
  const jobIds = found.slice(0, limit).map((account) => ownerOf(account).slice('dispute:'.length))
  const items = await Promise.all(jobIds.map((jobId) => viewDispute(db, jobId)))
  return { items, next: found.length > limit ? (jobIds.at(-1) ?? null) : null }
}
