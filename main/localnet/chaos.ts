import type { SolanaTransaction } from '../../shared/domain/solana-transaction.ts'

/** Faults to inject. Each is asked once per event; leave one out and that fault never happens. */
export interface Chaos {
  /** The node answers with a signature, but the transaction reaches no leader. */
  readonly drop?: (transaction: SolanaTransaction) => boolean
  /** Slots by which landing is late. */
  readonly delaySlots?: (transaction: SolanaTransaction) => number
  /** The transaction is accepted and the sender gets an error instead of the answer. */
  readonly loseReply?: (transaction: SolanaTransaction) => boolean
  /** The `count`-th call of `method` fails with this error. */
  readonly rpcError?: (method: string, count: number) => { readonly code: number; readonly message: string } | null
  /** The HTTP request is turned away with status 429. */
  readonly http429?: (body: unknown) => boolean
}
