/**
 * What happens to money, as ledger transactions. Pure. A transaction is a list of transfers, each from one account to
 * another in one asset, so that Σ = 0 per asset holds by construction and cannot be got wrong.
 */
import { splitPrice } from '../../../shared/domain/pay.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Lamports, MicroUsd } from '../../../shared/units.ts'
import {
  type Asset,
  CHAIN_FEES,
  EXCHANGE_LAMPORTS,
  EXCHANGE_USD,
  EXTERNAL_CHAIN,
  EXTERNAL_FUNDING,
  PLATFORM_REVENUE,
  TREASURY,
  jobReserved,
  nodeConfirmed,
  nodePaying,
  requesterPrepaid,
} from './accounts.ts'

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
}

const usd = (from: string, to: string, amount: MicroUsd): Transfer => ({ from, to, asset: 'micro-usd', amount })
const sol = (from: string, to: string, amount: Lamports): Transfer => ({ from, to, asset: 'lamports', amount })

/** Amounts of zero move nothing and are left out; a negative one is refused. Error: `ledger.unbalanced`. */
function transaction(id: string, at: number, transfers: readonly Transfer[]): LedgerTransaction {
  const negative = transfers.find((transfer) => transfer.amount < 0n)
  if (negative)
    throw new WindfallError(
      'ledger.unbalanced',
      `The ledger transaction ${id} would move ${negative.amount} from ${negative.from} to ${negative.to}. Amounts are never negative.`,
    )
  return { id, kind: id.slice(0, id.indexOf(':')), at, transfers: transfers.filter((transfer) => transfer.amount > 0n) }
}

/** A requester pays in. `id` names the deposit. */
export const requesterDeposit = (deposit: { id: string; requesterId: string; amount: MicroUsd; at: number }): LedgerTransaction =>
  transaction(`deposit:${deposit.id}`, deposit.at, [usd(EXTERNAL_FUNDING, requesterPrepaid(deposit.requesterId), deposit.amount)])

/** Sets the most a job can cost aside before it is dispatched. */
export const reserveForJob = (job: { jobId: string; requesterId: string; amount: MicroUsd; at: number }): LedgerTransaction =>
  transaction(`reserve:${job.jobId}`, job.at, [usd(requesterPrepaid(job.requesterId), jobReserved(job.jobId), job.amount)])

/** Sets the most that each job of an array can cost aside, all at once. */
export const reserveForArray = (array: {
  readonly arrayId: string
  readonly requesterId: string
  readonly jobs: readonly { readonly jobId: string; readonly amount: MicroUsd }[]
  readonly at: number
}): LedgerTransaction =>
  transaction(
    `reserve-array:${array.arrayId}`,
    array.at,
    array.jobs.map(({ jobId, amount }) => usd(requesterPrepaid(array.requesterId), jobReserved(jobId), amount)),
  )

interface SettledJob {
  readonly jobId: string
  readonly requesterId: string
  readonly reserved: MicroUsd
  /** What the requester pays for the runs of each node. */
  readonly parts: readonly { readonly nodeId: string; readonly price: MicroUsd }[]
  readonly at: number
}

/**
 * Pays each node that ran a part of a job for it, out of the job's reservation, and gives the rest back. A job is closed once, by this or by
 * {@link releaseJob}: both carry the same id. Error: `ledger.unbalanced` if the prices together exceed the reservation.
 */
export function settleJob({ jobId, requesterId, reserved, parts, at }: SettledJob): LedgerTransaction {
  const from = jobReserved(jobId)
  const split = parts.map(({ nodeId, price }) => ({ nodeId, price, ...splitPrice(price) }))
  const rest = split.reduce<bigint>((left, { price }) => left - price, reserved)
  return transaction(`close:${jobId}`, at, [
    ...split.flatMap(({ nodeId, node, platform }) => [usd(from, nodeConfirmed(nodeId), node), usd(from, PLATFORM_REVENUE, platform)]),
    usd(from, requesterPrepaid(requesterId), rest as MicroUsd),
  ])
}

/** A job that failed or expired costs nothing, nor does one that was cancelled before a run of it was proven. */
export const releaseJob = (job: { jobId: string; requesterId: string; reserved: MicroUsd; at: number }): LedgerTransaction =>
  transaction(`close:${job.jobId}`, job.at, [usd(jobReserved(job.jobId), requesterPrepaid(job.requesterId), job.reserved)])

/** Lamports arrived in the hot wallet by the transaction `signature`. */
export const treasuryDeposit = (deposit: { signature: string; lamports: Lamports; at: number }): LedgerTransaction =>
  transaction(`treasury:${deposit.signature}`, deposit.at, [sol(EXTERNAL_CHAIN, TREASURY, deposit.lamports)])

export interface PayoutAmounts {
  readonly payoutId: string
  readonly nodeId: string
  readonly microUsd: MicroUsd
  readonly lamports: Lamports
  readonly at: number
}

/** The money is on its way and can be planned into no other payout. */
export const payoutPlanned = (payout: PayoutAmounts): LedgerTransaction =>
  transaction(`payout-planned:${payout.payoutId}`, payout.at, [usd(nodeConfirmed(payout.nodeId), nodePaying(payout.nodeId), payout.microUsd)])

/** The lamports have arrived for good: the node sold its micro-USD to the exchange, which took the lamports from the treasury. Closes the payout. */
export const payoutFinalized = (payout: PayoutAmounts): LedgerTransaction =>
  transaction(`payout-closed:${payout.payoutId}`, payout.at, [
    usd(nodePaying(payout.nodeId), EXCHANGE_USD, payout.microUsd),
    sol(TREASURY, EXCHANGE_LAMPORTS, payout.lamports),
    sol(EXCHANGE_LAMPORTS, EXTERNAL_CHAIN, payout.lamports),
  ])

/** Nothing arrived and nothing will: the node has its money back. Closes the payout. */
export const payoutFailed = (payout: PayoutAmounts): LedgerTransaction =>
  transaction(`payout-closed:${payout.payoutId}`, payout.at, [usd(nodePaying(payout.nodeId), nodeConfirmed(payout.nodeId), payout.microUsd)])

/** What the cluster took for a transaction that landed. */
export const chainFee = (fee: { signature: string; lamports: Lamports; at: number }): LedgerTransaction =>
  transaction(`chain-fee:${fee.signature}`, fee.at, [sol(TREASURY, CHAIN_FEES, fee.lamports)])
