import type { Lamports } from '../../shared/units.ts'
import type { Instruction } from './instructions.ts'

export type Commitment = 'processed' | 'confirmed' | 'finalized'

export interface Blockhash {
  readonly blockhash: string
  /** The transaction can land while the block height is at most this. */
  readonly lastValidBlockHeight: number
  /** Slot of the answer: nothing signed with this hash can have landed before it. */
  readonly slot: number
}

export interface SignatureStatus {
  readonly slot: number
  readonly level: Commitment
  /** JSON of the error it landed with: fee gone, nothing else moved. */
  readonly err: string | null
}

export interface HistoryItem {
  readonly signature: string
  readonly slot: number
  readonly err: string | null
  /** Memos as a node joins them: `[length] text; …`. */
  readonly memo: string | null
}

export interface ChainAccount {
  readonly lamports: Lamports
  readonly owner: string
  readonly executable: boolean
}

/** An account with what it holds. */
export interface AccountData extends ChainAccount {
  readonly data: Uint8Array
}

/** What a token account gained (positive) or lost in a transaction. */
export interface TokenChange {
  readonly account: string
  readonly mint: string
  readonly owner: string
  readonly change: bigint
}

export interface Simulation {
  readonly err: string | null
  readonly units: number
  readonly logs: readonly string[]
  /** The instruction or the account the error names, as indexes into the message. */
  readonly blame: { readonly instruction: number } | { readonly account: number } | null
}

export interface ChainTransaction {
  readonly slot: number
  readonly err: string | null
  readonly fee: Lamports
  readonly memos: readonly string[]
  readonly blockTime: number | null
  /** What each account gained (positive) or lost, fee included. */
  readonly changes: ReadonlyMap<string, Lamports>
  readonly tokenChanges: readonly TokenChange[]
}

export interface HistoryRequest {
  readonly limit: number
  readonly before?: string
  readonly until?: string
}

/**
 * A Solana cluster as Windfall needs it. Every method that asks the cluster rejects with `chain.unavailable` when no
 * provider answered in time; then nothing is known, and for `send` that includes whether the transaction was taken.
 */
export interface Chain {
  readonly genesisHash: () => Promise<string>
  /** From `confirmed`: one from `processed` may belong to a fork that dies. */
  readonly latestBlockhash: () => Promise<Blockhash>
  readonly blockHeight: (commitment: Commitment) => Promise<number>
  /** Fee of a message in lamports; `null` if its hash has expired. */
  readonly fee: (message: Uint8Array) => Promise<Lamports | null>
  /** Signatures are not checked, so an unsigned transaction can be tried. */
  readonly simulate: (transaction: Uint8Array) => Promise<Simulation>
  /** Hands signed bytes to the cluster, without preflight and without retries by the node. Resolves to the signature. */
  readonly send: (transaction: Uint8Array) => Promise<string>
  /** Same order as asked, at most 256, history included; `null` = never heard of it. */
  readonly statuses: (signatures: readonly string[]) => Promise<readonly (SignatureStatus | null)[]>
  /** Finalized transactions that touch `address`, newest first, at most 1000; complete at least up to the last finalized height that was read. */
  readonly historyOf: (address: string, request: HistoryRequest) => Promise<readonly HistoryItem[]>
  /** Confirmed state, or `null` if the account does not exist. */
  readonly account: (address: string) => Promise<ChainAccount | null>
  /** The same with its data, as of `commitment`. */
  readonly accountData: (address: string, commitment: Commitment) => Promise<AccountData | null>
  /** Smallest balance with which an account of this many bytes may exist, lamports. It changes: never a constant. */
  readonly minRent: (bytes: number) => Promise<Lamports>
  /** A finalized transaction, or `null`. */
  readonly transaction: (signature: string) => Promise<ChainTransaction | null>
  /** Message bytes (v0) to sign. Pure. */
  readonly compile: (payer: string, instructions: readonly Instruction[], blockhash: string) => Uint8Array
  /** False for program-derived addresses, for which nobody can hold a key. Pure. */
  readonly isOnCurve: (address: string) => boolean
}

/** Wire bytes of a transaction with several signers, in the order in which its message names them. */
export const assembleSigned = (message: Uint8Array, signatures: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([Uint8Array.of(signatures.length), ...signatures, message])

/** Wire bytes of a transaction with one signer; without a signature, for simulation. */
export function assemble(message: Uint8Array, signature: Uint8Array = new Uint8Array(64)): Uint8Array {
  return Uint8Array.from([1, ...signature, ...message])
}
