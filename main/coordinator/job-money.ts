import { splitPrice } from '../../shared/domain/pay.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type MicroUsd, microUsd } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import type { JobMoney } from './jobs/ports.ts'
import { jobReserved } from './ledger/accounts.ts'
import { type LedgerTransaction, releaseJob, reserveForArray, reserveForJob, settleJob } from './ledger/entries.ts'
import { book, prepaidOf } from './ledger/ledger.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { createProofsStore } from './proofs/proofs.store.ts'

const dollars = (amount: MicroUsd): string => `$${amount / 1_000_000n}.${String(amount % 1_000_000n).padStart(6, '0')}`

const reservedFor = async (tx: Tx, jobId: string): Promise<MicroUsd> => microUsd(await createLedgerStore(tx).balanceOf(jobReserved(jobId), 'micro-usd'))

/** What a requester has to spend, and what is held by its unfinished jobs and by cancelled ones with runs that are still to be paid. */
export async function accountOf(db: Db, requesterId: string): Promise<{ requesterId: string; balanceMicroUsd: string; reservedMicroUsd: string }> {
  return transact(db, async (tx) => {
    let reserved = 0n
    const holding = [...(await createJobsStore(tx).unfinished(requesterId)), ...(await createProofsStore(tx).owingOf(requesterId))]
    for (const jobId of holding) reserved += await reservedFor(tx, jobId)
    return { requesterId, balanceMicroUsd: String(await prepaidOf(tx, requesterId)), reservedMicroUsd: String(reserved) }
  })
}

/** Sets money aside; a requester knows of a balance, not of accounts. Error: `funds.insufficient`. */
async function reserved(
  tx: Tx,
  { requesterId, what, amount }: { readonly requesterId: string; readonly what: string; readonly amount: MicroUsd },
  entry: LedgerTransaction,
): Promise<void> {
  try {
    await book(tx, entry)
  } catch (error) {
    if (!(error instanceof WindfallError) || error.code !== 'funds.insufficient') throw error
    const message = `${what} may cost up to ${dollars(amount)}, and your balance is ${dollars(await prepaidOf(tx, requesterId))}. Add funds, or submit ${what === 'This job' ? 'a smaller job' : 'fewer or smaller ones'}.`
    throw new WindfallError('funds.insufficient', message, { cause: error })
  }
}

/** A job's money in the books: set aside when it is submitted, then paid or given back once. */
export function createJobMoney(clock: Pick<Clock, 'now'>, ids: Ids): JobMoney & { readonly settle: ProofDeps['settle'] } {
  return {
    reserve: (tx, { requesterId, jobId, microUsd: amount }) =>
      reserved(tx, { requesterId, what: 'This job', amount }, reserveForJob({ requesterId, jobId, amount, at: clock.now() })),
    reserveAll: (tx, { requesterId, arrayId, microUsd: amount, jobIds }) => {
      const jobs = jobIds.map((jobId) => ({ jobId, amount }))
      const [what, whole] = [`These ${jobIds.length} jobs`, microUsd(amount * BigInt(jobIds.length))]
      return reserved(tx, { requesterId, what, amount: whole }, reserveForArray({ requesterId, arrayId, jobs, at: clock.now() }))
    },
    release: async (tx, { requesterId, jobId }) =>
      void (await book(tx, releaseJob({ requesterId, jobId, reserved: await reservedFor(tx, jobId), at: clock.now() }))),
    async releaseAll(tx, { requesterId, jobIds }) {
      const store = createLedgerStore(tx)
      const held = await store.balancesOf(jobIds.map(jobReserved), 'micro-usd')
      const at = clock.now()
      await store.bookAll(jobIds.map((jobId) => releaseJob({ requesterId, jobId, reserved: microUsd(held.get(jobReserved(jobId)) ?? 0n), at })))
    },
    async settle(tx, { requesterId, jobId, parts }) {
      const prices = parts.map(({ nodeId, priceMicroUsd: price }) => ({ nodeId, price }))
      await book(tx, settleJob({ requesterId, jobId, parts: prices, reserved: await reservedFor(tx, jobId), at: clock.now() }))
      // The work was verified before this transaction, so an earning is confirmed the moment it exists.
      return prices.map(({ price }) => ({ earningId: ids.next(), state: 'confirmed', microUsd: splitPrice(price).node }))
    },
  }
}
