import { type SolanaTransaction, decodeTransaction, isWritable } from '../../shared/domain/solana-transaction.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type LoadedAddresses, advanceNonce, loadedAddresses, nonceAccountOf } from './nonce.ts'
import type { Execution, Svm, SvmAccount } from './svm.ts'
import { type TokenBalance, tokenBalances } from './tokens.ts'

/** A transaction that is part of the chain for good, with everything a node can tell about it. */
export interface Landed extends Execution {
  readonly signature: string
  readonly slot: number
  readonly unixSeconds: number
  readonly raw: Uint8Array
  readonly transaction: SolanaTransaction
  /** Static keys, then loaded ones: the order of balances and of account indexes. */
  readonly keys: readonly string[]
  readonly loaded: LoadedAddresses
  readonly fee: bigint
  readonly pre: readonly bigint[]
  readonly post: readonly bigint[]
  readonly preTokens: readonly TokenBalance[]
  readonly postTokens: readonly TokenBalance[]
}

export interface Landing {
  readonly landed: Landed
  /** What every account that the transaction may change was before it ran. */
  readonly before: ReadonlyMap<string, SvmAccount | null>
}

export interface Moment {
  readonly slot: number
  readonly unixSeconds: number
}

export interface Incoming {
  readonly raw: Uint8Array
  readonly transaction: SolanaTransaction
  readonly signature: string
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)

/**
 * Runs a transaction in `slot`. `null` means that no leader would have included it: it did not even pay its fee
 * (bad signature, unknown fee payer, …), and it left no trace.
 */
export function land(svm: Svm, { raw, transaction, signature }: Incoming, { slot, unixSeconds }: Moment): Landing | null {
  const { message } = transaction
  const loaded = loadedAddresses(message, svm)
  const keys = [...message.keys, ...loaded.writable, ...loaded.readonly]
  const writable = [...message.keys.filter((_key, index) => isWritable(message, index)), ...loaded.writable]
  const programs = new Set(message.instructions.map((one) => one.programIdIndex))
  const nonce = nonceAccountOf(message, svm)
  const before = new Map(writable.map((key) => [key, svm.account(key)]))
  const pre = keys.map(svm.balance)
  const preTokens = tokenBalances(svm, keys, programs)
  const execution = svm.execute(raw)
  const post = keys.map(svm.balance)
  // The binding does not tell the fee; lamports leave the accounts of a transaction in no other way.
  const fee = sum(pre) - sum(post)
  if (execution.err !== null && fee === 0n) return null
  const nonceBefore = nonce === null ? null : (before.get(nonce) ?? null)
  if (execution.err !== null && nonce !== null && nonceBefore) advanceNonce(svm, nonce, nonceBefore)
  svm.rotateNonceSeed()
  const postTokens = tokenBalances(svm, keys, programs)
  return { landed: { ...execution, slot, unixSeconds, signature, raw, transaction, keys, loaded, fee, pre, post, preTokens, postTokens }, before }
}

/** The error as the journal stores it. */
export const errorText = (landed: Landed): string | null => (landed.err === null ? null : JSON.stringify(landed.err))

/** Runs a journaled transaction again. Error: `storage.failed` if it does not end as it did. */
export function replay(svm: Svm, row: Moment & { readonly raw: Uint8Array; readonly err: string | null }): Landing {
  const raw = new Uint8Array(row.raw)
  const transaction = decodeTransaction(raw)
  const landing = land(svm, { raw, transaction, signature: transaction.signatures[0] ?? '' }, row)
  if (landing && errorText(landing.landed) === row.err) return landing
  throw new WindfallError(
    'storage.failed',
    `The local chain cannot be rebuilt: transaction ${transaction.signatures[0]} now ends differently. Use the Windfall version that wrote it, or a new data directory.`,
  )
}
