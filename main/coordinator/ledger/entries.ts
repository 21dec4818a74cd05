/**
 * What happens to money, as ledger transactions. Pure. A transaction is a list of transfers, each from one account to
 * another in one asset, so that Σ = 0 per asset holds by construction and cannot be got wrong.
 */
import { splitPrice } from '../../../shared/domain/pay.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Lamports, MicroUsd } from '../../../shared/units.ts'
import {
  CHAIN_FEES,
  CHAIN_RENT,
  EXCHANGE_LAMPORTS,
  EXCHANGE_USDC,
  EXTERNAL_CHAIN,
  EXTERNAL_FUNDING,
  LOSSES,
  PAYOUT_CHARGES,
  PLATFORM_REVENUE,
  TREASURY,
  jobReserved,
  nodeAccrued,
  nodeConfirmed,
  nodePaid,
  nodePaying,
  requesterPrepaid,
  vaultMoney,
} from './accounts.ts'
import { type LedgerTransaction, sol, transaction, usd, usdc } from './transaction.ts'
import { type Repeated, payRepeating } from './verification-entries.ts'

export interface Deposit {
  readonly id: string
  readonly requesterId: string
  readonly amount: MicroUsd
  readonly at: number
  /** What was paid for it if not dollars, with the rate, its source and time. */
  readonly note?: string | null
}

/** A requester pays in. `id` names the deposit. What arrives in the hot wallet for it is a {@link treasuryDeposit}. */
export const requesterDeposit = ({ id, requesterId, amount, at, note = null }: Deposit): LedgerTransaction =>
  transaction(`deposit:${id}`, at, [usd(EXTERNAL_FUNDING, requesterPrepaid(requesterId), amount)], note)

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

/** What is accrued of a job, by node. */
export type Accrued = ReadonlyMap<string, bigint>

interface Accrual {
  readonly jobId: string
  /** What it is booked for, such as the proof that brought it. */
  readonly because: string
  readonly before: Accrued
  readonly after: Accrued
  readonly at: number
}

/** What the proven runs of a job that goes on come to, for the nodes: set aside for them out of what is set aside for the job, or taken back. */
export const accrueForJob = ({ jobId, because, before, after, at }: Accrual): LedgerTransaction =>
  transaction(
    `accrue:${jobId}:${because}`,
    at,
    [...new Set([...before.keys(), ...after.keys()])].flatMap((nodeId) => {
      const change = (after.get(nodeId) ?? 0n) - (before.get(nodeId) ?? 0n)
      const [job, node] = [jobReserved(jobId), nodeAccrued(nodeId)]
      return change < 0n ? [usd(node, job, -change)] : [usd(job, node, change)]
    }),
  )

interface ClosedJob {
  readonly jobId: string
  readonly requesterId: string
  /** What is set aside for it and not accrued. */
  readonly reserved: MicroUsd
  readonly accrued?: Accrued
  /** Where its money came from. */
  readonly from?: 'prepaid' | 'vault'
  readonly at: number
}

type SettledJob = ClosedJob & Repeated

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/**
 * Pays each node that ran a part of a job for it, out of what is accrued for it and what is reserved, and gives the rest back. A job is closed once, by
 * this or by {@link releaseJob}: both carry the same id. Error: `ledger.unbalanced` if the prices together exceed what is set aside.
 */
export function settleJob(job: SettledJob): LedgerTransaction {
  const { jobId, requesterId, reserved, accrued = new Map<string, bigint>(), from: source = 'prepaid', at } = job
  const from = jobReserved(jobId)
  const own = job.parts.filter(({ paidBy }) => paidBy !== 'platform')
  const split = own.map(({ nodeId, price }) => ({ nodeId, price, ...splitPrice(price) }))
  const shares = new Map(split.map(({ nodeId, node }) => [nodeId, node]))
  const held = [...accrued].map(([nodeId, amount]) => ({ nodeId, amount, earned: least(amount, shares.get(nodeId) ?? 0n) }))
  const earned = new Map(held.map((one) => [one.nodeId, one.earned]))
  const whole = held.reduce<bigint>((sum, { amount }) => sum + amount, reserved)
  const rest = split.reduce<bigint>((left, { price }) => left - price, whole)
  return transaction(`close:${jobId}`, at, [
    ...held.flatMap(({ nodeId, amount, earned: share }) => [
      usd(nodeAccrued(nodeId), nodeConfirmed(nodeId), share),
      usd(nodeAccrued(nodeId), from, amount - share),
    ]),
    ...split.flatMap(({ nodeId, node, platform }) => [
      usd(from, nodeConfirmed(nodeId), node - (earned.get(nodeId) ?? 0n)),
      usd(from, PLATFORM_REVENUE, platform),
    ]),
    usd(from, source === 'vault' ? vaultMoney(requesterId, jobId) : requesterPrepaid(requesterId), rest),
    ...payRepeating(job),
  ])
}

/** A job that failed or expired costs nothing, nor does one that was cancelled before a run of it was proven. */
export const releaseJob = (job: ClosedJob & Pick<Repeated, 'repeating'>): LedgerTransaction => settleJob({ ...job, parts: [] })

export interface TreasuryDeposit {
  readonly signature: string
  readonly lamports: Lamports
  readonly microUsdc?: bigint
  readonly at: number
}

/** Lamports, or USDC, arrived in the hot wallet by the transaction `signature`. */
export const treasuryDeposit = ({ signature, lamports, microUsdc = 0n, at }: TreasuryDeposit): LedgerTransaction =>
  transaction(`treasury:${signature}`, at, [sol(EXTERNAL_CHAIN, TREASURY, lamports), usdc(EXTERNAL_CHAIN, TREASURY, microUsdc)])

export interface PayoutAmounts {
  readonly payoutId: string
  readonly nodeId: string
  /** What the node gives up, `charged` included. */
  readonly microUsd: MicroUsd
  /** What it gets; 0 for one in USDC. */
  readonly lamports: Lamports
  /** What it gets in USDC, one for each micro-USD that is not charged. */
  readonly microUsdc?: bigint
  /** What it bears of the fee and of the rent of an account that is opened for it. */
  readonly charged?: MicroUsd
  readonly at: number
}

/** The money is on its way and can be planned into no other payout. */
export const payoutPlanned = (payout: PayoutAmounts): LedgerTransaction =>
  transaction(`payout-planned:${payout.payoutId}`, payout.at, [usd(nodeConfirmed(payout.nodeId), nodePaying(payout.nodeId), payout.microUsd)])

/**
 * What was paid has arrived for good: the node gave its micro-USD up for what the exchange took from the treasury. Closes the payout.
 * Error: `ledger.unbalanced` for USDC that are not worth what was given up for them.
 */
export function payoutFinalized({ payoutId, nodeId, microUsd, lamports, microUsdc = 0n, charged = 0n as MicroUsd, at }: PayoutAmounts): LedgerTransaction {
  if (microUsdc !== 0n && microUsdc !== microUsd - charged)
    throw new WindfallError('ledger.unbalanced', `The payout ${payoutId} would give ${microUsdc} micro-USDC for ${microUsd - charged} micro-USD. They are 1:1.`)
  return transaction(`payout-closed:${payoutId}`, at, [
    usd(nodePaying(nodeId), nodePaid(nodeId), microUsd - charged),
    usd(nodePaying(nodeId), PAYOUT_CHARGES, charged),
    sol(TREASURY, EXCHANGE_LAMPORTS, lamports),
    sol(EXCHANGE_LAMPORTS, EXTERNAL_CHAIN, lamports),
    usdc(TREASURY, EXCHANGE_USDC, microUsdc),
    usdc(EXCHANGE_USDC, EXTERNAL_CHAIN, microUsdc),
  ])
}

/** Nothing arrived and nothing will: the node has its money back. Closes the payout. */
export const payoutFailed = (payout: PayoutAmounts): LedgerTransaction =>
  transaction(`payout-closed:${payout.payoutId}`, payout.at, [usd(nodePaying(payout.nodeId), nodeConfirmed(payout.nodeId), payout.microUsd)])

export interface ChainCost {
  readonly signature: string
  readonly lamports: Lamports
  readonly at: number
}

/** What the cluster took for a transaction that landed. */
export const chainFee = (fee: ChainCost): LedgerTransaction => transaction(`chain-fee:${fee.signature}`, fee.at, [sol(TREASURY, CHAIN_FEES, fee.lamports)])

/** What lies in the token accounts that a transaction opened. */
export const accountRent = (rent: ChainCost): LedgerTransaction =>
  transaction(`chain-rent:${rent.signature}`, rent.at, [sol(TREASURY, CHAIN_RENT, rent.lamports)])

/** An account was there after all: who was charged for opening it has that back. */
export const rentReturned = (rent: { payoutId: string; nodeId: string; microUsd: MicroUsd; at: number }): LedgerTransaction =>
  transaction(`rent-returned:${rent.payoutId}`, rent.at, [usd(PAYOUT_CHARGES, nodeConfirmed(rent.nodeId), rent.microUsd)])

/** Left the hot wallet by the transaction `signature`, and the operator has nothing that explains it. */
export const treasuryLoss = ({ signature, lamports, microUsdc = 0n, at }: TreasuryDeposit): LedgerTransaction =>
  transaction(`treasury-loss:${signature}`, at, [sol(TREASURY, LOSSES, lamports), usdc(TREASURY, LOSSES, microUsdc)])
