import { type SolanaTransaction, decodeTransaction } from '../../shared/domain/solana-transaction.ts'
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
  /** State of every account of the transaction before it ran. */
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
export function land(svm: Svm, { raw, transaction, signature }: Incoming, at: Moment): Landed | null {
  const loaded = loadedAddresses(transaction.message, svm)
  const keys = [...transaction.message.keys, ...loaded.writable, ...loaded.readonly]
  const nonce = nonceAccountOf(transaction.message, svm)
  const before = new Map(keys.map((key) => [key, svm.account(key)]))
  const preTokens = tokenBalances(svm, keys)
  const execution = svm.execute(raw)
  const pre = keys.map((key) => before.get(key)?.lamports ?? 0n)
  const post = keys.map((key) => svm.account(key)?.lamports ?? 0n)
  // The binding does not tell the fee; lamports leave the accounts of a transaction in no other way.
  const fee = sum(pre) - sum(post)
  if (execution.err !== null && fee === 0n) return null
  const nonceBefore = nonce === null ? null : (before.get(nonce) ?? null)
  if (execution.err !== null && nonce !== null && nonceBefore) advanceNonce(svm, nonce, nonceBefore)
  svm.rotateNonceSeed()
  return {
    ...execution,
    slot: at.slot,
    unixSeconds: at.unixSeconds,
    signature,
    raw,
    transaction,
    keys,
    loaded,
    fee,
    pre,
    post,
    preTokens,
    postTokens: tokenBalances(svm, keys),
    before,
  }
}

/** The error as the journal stores it. */
export const errorText = (landed: Landed): string | null => (landed.err === null ? null : JSON.stringify(landed.err))

/** Runs a journaled transaction again. Error: `storage.failed` if it does not end as it did. */
export function replay(svm: Svm, row: Moment & { readonly raw: Uint8Array; readonly err: string | null }): Landed {
  const raw = new Uint8Array(row.raw)
  const transaction = decodeTransaction(raw)
  const landed = land(svm, { raw, transaction, signature: transaction.signatures[0] ?? '' }, row)
  if (landed && errorText(landed) === row.err) return landed
  throw new WindfallError(
    'storage.failed',
    `The local chain cannot be rebuilt: transaction ${transaction.signatures[0]} now ends differently. Use the Windfall version that wrote it, or a new data directory.`,
  )
}
