import type { RequesterMoney } from '../../shared/contract/ledger.ts'
import { splitPrice } from '../../shared/domain/pay.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type MicroUsd, microUsd } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { JobMoney } from './jobs/ports.ts'
import { jobRepeating, jobReserved } from './ledger/accounts.ts'
import { type Accrued, accrueForJob, releaseJob, reserveForArray, reserveForJob, settleJob } from './ledger/entries.ts'
import { book } from './ledger/ledger.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { createReadingStore } from './ledger/reading.store.ts'
import { moneyOf, payDebt } from './ledger/requester-money.ts'
import type { LedgerTransaction } from './ledger/transaction.ts'
import { reserveFromVault, reservedFromVault, vaultBalance } from './ledger/vaults.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { holdingsOfRequester } from './requester-account.store.ts'
import { createVaultsStore } from './vaults/vaults.store.ts'
import { noteRepeated } from './verification-money.ts'

const dollars = (amount: MicroUsd): string => `$${amount / 1_000_000n}.${String(amount % 1_000_000n).padStart(6, '0')}`

async function reservedFor(tx: Tx, jobId: string): Promise<{ readonly reserved: MicroUsd; readonly repeating: MicroUsd }> {
  const [own, ours] = [jobReserved(jobId), jobRepeating(jobId)]
  const held = await createLedgerStore(tx).balancesOf([own, ours], 'micro-usd')
  return { reserved: microUsd(held.get(own) ?? 0n), repeating: microUsd(held.get(ours) ?? 0n) }
}

const ACCRUED = /^node:(.+):accrued$/

/** What the runs of a job that are proven have come to, by node, while the job goes on. */
async function accruedOf(tx: Tx, jobId: string): Promise<Accrued> {
  const given = await createReadingStore(tx).givenBy(jobReserved(jobId))
  return new Map([...given].flatMap(([account, amount]) => (amount > 0n && ACCRUED.test(account) ? [[account.replace(ACCRUED, '$1'), amount] as const] : [])))
}

/** Everything that is set aside for a job, by its requester and by the platform, and where it came from. */
const heldFor = async (tx: Tx, jobId: string) => ({
  ...(await reservedFor(tx, jobId)),
  accrued: await accruedOf(tx, jobId),
  from: (await createLedgerStore(tx).isBooked(reservedFromVault(jobId))) ? ('vault' as const) : ('prepaid' as const),
})

/** What a requester has to spend and owes, and what is held by its unfinished jobs and by cancelled ones with runs that are still to be paid. */
export async function accountOf(db: Db, requesterId: string): Promise<RequesterMoney & { readonly reservedMicroUsd: string }> {
  const { prepaid, debt, reserved: held } = await holdingsOfRequester(db, requesterId)
  return { requesterId, balanceMicroUsd: String(prepaid), owedMicroUsd: String(-debt), reservedMicroUsd: String(held) }
}

/** Sets money aside; a requester knows of a balance, not of accounts. Error: `funds.insufficient`. */
async function reserved(
  tx: Tx,
  { requesterId, what, amount }: { readonly requesterId: string; readonly what: string; readonly amount: MicroUsd },
  entries: readonly LedgerTransaction[],
): Promise<void> {
  const before = await moneyOf(tx, requesterId)
  // What has come back from jobs since pays for it first.
  if (before.owed > 0n) await payDebt(tx, requesterId, { id: entries[0]?.id ?? '', at: entries[0]?.at ?? 0 })
  const { prepaid, owed } = before.owed > 0n ? await moneyOf(tx, requesterId) : before
  if (owed > 0n)
    throw new WindfallError('funds.insufficient', `You owe ${dollars(owed)}, since a deposit was taken back. No job is taken until that is paid in.`)
  try {
    await createLedgerStore(tx).bookAll(entries)
  } catch (error) {
    if (!(error instanceof WindfallError) || error.code !== 'funds.insufficient') throw error
    const message = `${what} may cost up to ${dollars(amount)}, and your balance is ${dollars(prepaid)}. Add funds (windfall requester deposit, or Account in the console), or submit ${what === 'This job' ? 'a smaller job' : 'fewer or smaller ones'}.`
    throw new WindfallError('funds.insufficient', message, { cause: error })
  }
}

interface JobOrder {
  readonly requesterId: string
  readonly jobId: string
  readonly microUsd: MicroUsd
}

/** A protected job is paid out of its vault or not at all. Error: `funds.insufficient`. */
async function reserveProtected(tx: Tx, { requesterId, jobId, microUsd: amount }: JobOrder, at: number): Promise<LedgerTransaction> {
  const { free } = await vaultBalance(tx, { requesterId, jobId })
  if (free >= amount) return reserveFromVault({ requesterId, jobId, amount, at })
  const message = `This job may cost up to ${dollars(amount)}, and its vault has ${dollars(microUsd(free))} for it. See what it waits for: windfall vault show ${jobId}`
  throw new WindfallError('funds.insufficient', message)
}

/** A job's money in the books: set aside when it is submitted, then paid or given back once. */
export function createJobMoney(clock: Pick<Clock, 'now'>, ids: Ids): JobMoney & Pick<ProofDeps, 'settle' | 'accrue'> {
  return {
    async reserve(tx, orders) {
      const at = clock.now()
      for (const [requesterId, own] of Map.groupBy(orders, (order) => order.requesterId)) {
        const what = own.length === 1 ? 'This job' : `These ${own.length} jobs`
        const whole = microUsd(own.reduce((sum, order) => sum + order.microUsd, 0n))
        const vaults = await createVaultsStore(tx).among(
          requesterId,
          own.map(({ jobId }) => jobId),
        )
        const entries: LedgerTransaction[] = []
        for (const order of own)
          entries.push(vaults.has(order.jobId) ? await reserveProtected(tx, order, at) : reserveForJob({ ...order, amount: order.microUsd, at }))
        await reserved(tx, { requesterId, what, amount: whole }, entries)
      }
    },
    async reserveAll(tx, { requesterId, arrayId, microUsd: amount, jobIds }) {
      if ((await createVaultsStore(tx).among(requesterId, [arrayId])).size > 0)
        throw new WindfallError(
          'input.invalid',
          `The vault ${arrayId} is for one job: an array cannot be protected, and would be paid out of your balance. Submit the job by itself, or the array under another id.`,
        )
      const jobs = jobIds.map((jobId) => ({ jobId, amount }))
      const [what, whole] = [`These ${jobIds.length} jobs`, microUsd(amount * BigInt(jobIds.length))]
      await reserved(tx, { requesterId, what, amount: whole }, [reserveForArray({ requesterId, arrayId, jobs, at: clock.now() })])
    },
    async release(tx, { requesterId, jobId }) {
      const held = await heldFor(tx, jobId)
      await book(tx, releaseJob({ requesterId, jobId, ...held, at: clock.now() }))
      await noteRepeated(tx, { requesterId, repeating: held.repeating, parts: [] })
    },
    async releaseAll(tx, { requesterId, jobIds }) {
      const store = createLedgerStore(tx)
      const held = await store.balancesOf(jobIds.map(jobReserved), 'micro-usd')
      const at = clock.now()
      await store.bookAll(jobIds.map((jobId) => releaseJob({ requesterId, jobId, reserved: microUsd(held.get(jobReserved(jobId)) ?? 0n), at })))
    },
    async accrue(tx, { jobId, because, parts }) {
      const after = new Map(parts.map(({ nodeId, priceMicroUsd }) => [nodeId, splitPrice(priceMicroUsd).node]))
      const accrual = accrueForJob({ jobId, because, before: await accruedOf(tx, jobId), after, at: clock.now() })
      if (accrual.transfers.length > 0) await book(tx, accrual)
    },
    async settle(tx, { requesterId, jobId, parts, isCompared }) {
      const prices = parts.map(({ nodeId, priceMicroUsd: price, paidBy }) => ({ nodeId, price, paidBy }))
      const held = await heldFor(tx, jobId)
      await book(tx, settleJob({ requesterId, jobId, parts: prices, ...held, at: clock.now() }))
      if (isCompared) await noteRepeated(tx, { requesterId, repeating: held.repeating, parts: prices })
      // The work was verified before this transaction, so an earning is confirmed the moment it exists.
      return prices.map(({ price }) => ({ earningId: ids.next(), state: 'confirmed', microUsd: splitPrice(price).node }))
    },
  }
}
