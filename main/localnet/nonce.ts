import { toBase58 } from '../../shared/domain/base58.ts'
import type { SolanaMessage } from '../../shared/domain/solana-transaction.ts'
import type { Svm, SvmAccount } from './svm.ts'

export interface LoadedAddresses {
  readonly writable: readonly string[]
  readonly readonly: readonly string[]
}

export const SYSTEM_PROGRAM = '11111111111111111111111111111111'
const ADVANCE_NONCE_ACCOUNT = 4
/** Layout of a nonce account: version u32, state u32, authority 32 bytes, nonce 32 bytes, fee u64. */
const NONCE_OFFSET = 40

/**
 * The nonce account a transaction lives by instead of a recent hash, or `null`: its first instruction advances a nonce
 * whose stored value is the hash it names (https://docs.anza.xyz/implemented-proposals/durable-tx-nonces).
 */
export function nonceAccountOf(message: SolanaMessage, svm: Svm): string | null {
  const first = message.instructions[0]
  if (!first || message.keys[first.programIdIndex] !== SYSTEM_PROGRAM || first.data.length !== 4 || first.data[0] !== ADVANCE_NONCE_ACCOUNT) return null
  const address = message.keys[first.accountIndexes[0] ?? -1]
  const account = address === undefined ? null : svm.account(address)
  if (address === undefined || !account || account.data.length < NONCE_OFFSET + 32) return null
  return toBase58(account.data.subarray(NONCE_OFFSET, NONCE_OFFSET + 32)) === message.recentBlockhash ? address : null
}

/** A failed transaction advances its nonce all the same; LiteSVM rolls that back, this puts it right. */
export function advanceNonce(svm: Svm, address: string, before: SvmAccount): void {
  const data = Uint8Array.from(before.data)
  data.set(svm.nextNonce(), NONCE_OFFSET)
  const paid = svm.account(address)?.lamports ?? before.lamports
  svm.setAccount(address, { ...before, lamports: paid, data })
}

/** Addresses that a message loads from lookup tables (layout: 56 bytes of header, then 32 bytes each); what is not there is left out. */
export function loadedAddresses(message: SolanaMessage, svm: Svm): LoadedAddresses {
  const read = (table: string, indexes: readonly number[]) => {
    const data = svm.account(table)?.data ?? new Uint8Array()
    return indexes
      .map((index) => data.subarray(56 + index * 32, 88 + index * 32))
      .filter((key) => key.length === 32)
      .map(toBase58)
  }
  return {
    writable: message.lookups.flatMap((one) => read(one.table, one.writable)),
    readonly: message.lookups.flatMap((one) => read(one.table, one.readonly)),
  }
}
