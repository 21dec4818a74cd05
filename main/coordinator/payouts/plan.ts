import { createHash } from 'node:crypto'
import { type Lamports, type MicroUsd, lamports } from '../../../shared/units.ts'
import { type Rate, toLamports } from './rate.ts'

/** SOL recipients that fit into a v0 transaction (1232 bytes) beside a memo and a compute limit. */
export const MAX_RECIPIENTS = 18
/** A payout is worth at least this many times its share of the transaction fee. */
const FEE_MULTIPLE = 100n

export interface PayableNode {
  readonly nodeId: string
  readonly address: string
  readonly confirmedMicroUsd: MicroUsd
}

export interface PlanRules {
  readonly rate: Rate
  /** Nobody is paid less, lamports. */
  readonly threshold: Lamports
  /** Fee of one transaction, lamports. */
  readonly fee: Lamports
  /** Smallest balance of a wallet that does not exist yet, lamports. */
  readonly rentMinimum: Lamports
  /** The most that may be planned now, lamports. */
  readonly budget: Lamports
}

export interface PlannedItem {
  readonly nodeId: string
  readonly address: string
  readonly microUsd: MicroUsd
  readonly lamports: Lamports
}

export interface DueWallet {
  readonly address: string
  readonly items: readonly PlannedItem[]
  readonly total: Lamports
}

const sumOf = (items: readonly { readonly lamports: Lamports }[]): Lamports => lamports(items.reduce((sum, item) => sum + item.lamports, 0n))

/** What each wallet is due; nodes of one owner are paid together. */
export function dueWallets(payable: readonly PayableNode[], rate: Rate): DueWallet[] {
  const items = payable.map(({ nodeId, address, confirmedMicroUsd }) => ({
    nodeId,
    address,
    microUsd: confirmedMicroUsd,
    lamports: toLamports(confirmedMicroUsd, rate),
  }))
  const worth = items.filter((item) => item.lamports > 0n)
  return [...Map.groupBy(worth, (item) => item.address)].map(([address, own]) => ({ address, items: own, total: sumOf(own) }))
}

/** The least a wallet is paid: the threshold, 100 times its share of the fee, and for a new wallet what it needs to exist. */
export function minimumFor(isNew: boolean, { threshold, fee, rentMinimum }: Omit<PlanRules, 'rate' | 'budget'>): Lamports {
  const share = (fee + BigInt(MAX_RECIPIENTS) - 1n) / BigInt(MAX_RECIPIENTS)
  const candidates = [threshold, share * FEE_MULTIPLE, isNew ? rentMinimum : 0n]
  return lamports(candidates.reduce((most, one) => (one > most ? one : most)))
}

/**
 * Batches to pay now, each for one transaction. `wallets` says of every wallet that may be paid whether it is new; a
 * wallet that is missing is not paid. Larger amounts come first while the budget lasts.
 */
export function planBatches(payable: readonly PayableNode[], wallets: ReadonlyMap<string, { readonly isNew: boolean }>, rules: PlanRules): PlannedItem[][] {
  const due = dueWallets(payable, rules.rate).filter(({ address, total }) => {
    const wallet = wallets.get(address)
    return wallet !== undefined && total >= minimumFor(wallet.isNew, rules)
  })
  let left: bigint = rules.budget
  const chosen = due
    .toSorted((a, b) => (a.total < b.total ? 1 : a.total > b.total ? -1 : a.address < b.address ? -1 : 1))
    .filter(({ total }) => {
      if (total > left) return false
      left -= total
      return true
    })
  const count = Math.ceil(chosen.length / MAX_RECIPIENTS)
  return Array.from({ length: count }, (_, index) => chosen.slice(index * MAX_RECIPIENTS, (index + 1) * MAX_RECIPIENTS).flatMap((wallet) => wallet.items))
}

/** One transfer per wallet, in the order of first appearance. */
export const transfersOf = (items: readonly { readonly address: string; readonly lamports: Lamports }[]): { to: string; amount: Lamports }[] =>
  [...Map.groupBy(items, (item) => item.address)].map(([to, own]) => ({ to, amount: sumOf(own) }))

/** `wf1:` and the SHA-256 of the items, base64url: names the batch on chain, where the books can be rebuilt from it. */
export function batchMemo(items: readonly { readonly id: string; readonly address: string; readonly lamports: Lamports }[]): string {
  const canonical = JSON.stringify(items.map(({ id, address, lamports: amount }) => [id, address, amount.toString()]))
  return `${BATCH_MEMO_PREFIX}${createHash('sha256').update(canonical).digest('base64url')}`
}

export const BATCH_MEMO_PREFIX = 'wf1:'
