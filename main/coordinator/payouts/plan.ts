import { createHash } from 'node:crypto'
import { type Lamports, type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'
import type { PayAsset } from './assets.ts'
import { type Rate, toMicroUsd, toUnits, unitsOf } from './rate.ts'

/** SOL recipients that fit into a v0 transaction (1232 bytes) beside a memo and a compute limit. */
export const MAX_RECIPIENTS = 18
/** The same of USDC: to accounts that are there, and to accounts that the transaction opens. */
const MAX_TOKEN_RECIPIENTS = 17
const MAX_OPENED_ACCOUNTS = 8
/** A payout is worth at least this many times its share of the transaction fee. */
const FEE_MULTIPLE = 100n

export interface PayableNode {
  readonly nodeId: string
  readonly address: string
  readonly confirmedMicroUsd: MicroUsd
  /** The address is about to change: nothing is paid by itself until it has, or its owner keeps it. */
  readonly isChanging?: boolean
}

export interface PlanRules {
  readonly asset: PayAsset
  readonly rate: Rate
  /** Nobody is paid less, lamports or what is worth as much. */
  readonly threshold: Lamports
  /** Fee of one transaction, lamports. */
  readonly fee: Lamports
  /** Of a wallet that does not exist yet its smallest balance; in USDC what the account costs that is opened for it. Lamports. */
  readonly rentMinimum: Lamports
  /** The most that may be planned now, in units of the asset. */
  readonly budget: bigint
  /** The most that may be planned now, and for one address, in all assets. */
  readonly room: { readonly all: MicroUsd; readonly of: (address: string) => MicroUsd }
}

export interface PlannedItem {
  readonly nodeId: string
  readonly address: string
  readonly microUsd: MicroUsd
  /** In units of the asset. */
  readonly amount: bigint
  readonly rentMicroUsd: MicroUsd
  readonly rentLamports: Lamports
}

export interface DueWallet {
  readonly address: string
  readonly items: readonly PlannedItem[]
  /** In units of the asset. */
  readonly total: bigint
}

const NONE = { rentMicroUsd: microUsd(0n), rentLamports: lamports(0n) }
const sumOf = (items: readonly { readonly amount: bigint }[]): bigint => items.reduce((sum, item) => sum + item.amount, 0n)
const worthOf = (items: readonly PlannedItem[]): bigint => items.reduce((sum, item) => sum + item.microUsd, 0n)

type Conversion = Pick<PlanRules, 'asset' | 'rate'>

/** What each wallet is due; nodes of one owner are paid together. */
export function dueWallets(payable: readonly PayableNode[], { asset, rate }: Conversion): DueWallet[] {
  const items = payable.map(({ nodeId, address, confirmedMicroUsd }) => ({
    nodeId,
    address,
    microUsd: confirmedMicroUsd,
    amount: toUnits(asset, confirmedMicroUsd, rate),
    ...NONE,
  }))
  const worth = items.filter((item) => item.amount > 0n)
  return [...Map.groupBy(worth, (item) => item.address)].map(([address, own]) => ({ address, items: own, total: sumOf(own) }))
}

/** The least a wallet is paid: the threshold, 100 times its share of the fee, and what a new wallet needs beside that or as a part of it. */
export function minimumFor(isNew: boolean, { asset, rate, threshold, fee, rentMinimum }: Omit<PlanRules, 'budget' | 'room'>): bigint {
  const share = (fee + BigInt(MAX_RECIPIENTS) - 1n) / BigInt(MAX_RECIPIENTS)
  const candidates = [threshold, share * FEE_MULTIPLE, isNew && asset === 'lamports' ? rentMinimum : 0n]
  const least = candidates.reduce((most, one) => (one > most ? one : most))
  return unitsOf(asset, lamports(isNew && asset === 'micro-usdc' ? least + rentMinimum : least), rate)
}

/** The same wallet paid no more than may go to it: the nodes one after another. */
function upTo(wallet: DueWallet, most: MicroUsd, { asset, rate }: Conversion): DueWallet {
  if (worthOf(wallet.items) <= most) return wallet
  let left: bigint = most
  const items = wallet.items.flatMap((item) => {
    const part = microUsd(item.microUsd < left ? item.microUsd : left)
    left -= part
    return part > 0n ? [{ ...item, microUsd: part, amount: toUnits(asset, part, rate) }] : []
  })
  return { ...wallet, items, total: sumOf(items) }
}

/** The account that is opened for the wallet is paid for by the node of it that is due most; `null` if that is not enough. */
function bearRent(wallet: DueWallet, { rate, rentMinimum }: PlanRules): DueWallet | null {
  const rent = toMicroUsd(rentMinimum, rate)
  const largest = wallet.items.toSorted((a, b) => (a.microUsd < b.microUsd ? 1 : -1))[0]
  if (!largest || largest.microUsd <= rent) return null
  const items = wallet.items.map((item) => (item === largest ? { ...item, amount: item.amount - rent, rentMicroUsd: rent, rentLamports: rentMinimum } : item))
  return { ...wallet, items, total: sumOf(items) }
}

/** How many wallets one transaction pays. */
export const batchSize = (asset: PayAsset, opens: boolean): number =>
  asset === 'lamports' ? MAX_RECIPIENTS : opens ? MAX_OPENED_ACCOUNTS : MAX_TOKEN_RECIPIENTS

export const inPieces = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))

const opens = (wallet: DueWallet): boolean => wallet.items.some((item) => item.rentLamports > 0n)

/** Wallets that fit the budget, larger amounts first. */
function affordable(due: readonly DueWallet[], { budget, room }: PlanRules): DueWallet[] {
  let [units, worth]: [bigint, bigint] = [budget, room.all]
  return due
    .toSorted((a, b) => (a.total < b.total ? 1 : a.total > b.total ? -1 : a.address < b.address ? -1 : 1))
    .filter(({ total, items }) => {
      if (total > units || worthOf(items) > worth) return false
      units -= total
      worth -= worthOf(items)
      return true
    })
}

/**
 * Batches to pay now, each for one transaction. `wallets` says of every wallet that may be paid whether it is new (in USDC:
 * whether an account has to be opened for it); a wallet that is missing is not paid. Larger amounts come first while the budget lasts.
 */
export function planBatches(payable: readonly PayableNode[], wallets: ReadonlyMap<string, { readonly isNew: boolean }>, rules: PlanRules): PlannedItem[][] {
  const due = dueWallets(payable, rules).flatMap((whole) => {
    const known = wallets.get(whole.address)
    const wallet = upTo(whole, rules.room.of(whole.address), rules)
    if (known === undefined || wallet.total === 0n || wallet.total < minimumFor(known.isNew, rules)) return []
    const paid = known.isNew && rules.asset === 'micro-usdc' ? bearRent(wallet, rules) : wallet
    return paid ? [paid] : []
  })
  const chosen = affordable(due, rules)
  const groups = [chosen.filter(opens), chosen.filter((wallet) => !opens(wallet))]
  return groups.flatMap((group, index) => inPieces(group, batchSize(rules.asset, index === 0)).map((wallets) => wallets.flatMap((wallet) => wallet.items)))
}

/** One transfer per wallet, in the order of first appearance. */
export const transfersOf = (items: readonly { readonly address: string; readonly amount: bigint }[]): { to: string; amount: bigint }[] =>
  [...Map.groupBy(items, (item) => item.address)].map(([to, own]) => ({ to, amount: sumOf(own) }))

/** `wf1:` and the SHA-256 of the items, base64url: names the batch on chain, where the books can be rebuilt from it. */
export function batchMemo(items: readonly { readonly id: string; readonly address: string; readonly amount: bigint }[]): string {
  const canonical = JSON.stringify(items.map(({ id, address, amount }) => [id, address, amount.toString()]))
  return `${BATCH_MEMO_PREFIX}${createHash('sha256').update(canonical).digest('base64url')}`
}

export const BATCH_MEMO_PREFIX = 'wf1:'
