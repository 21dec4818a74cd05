import type { PublicJwk } from '../../../shared/contract/wire.ts'
import type { Chain } from '../../chain/chain.ts'
import type { Wallet } from '../../chain/wallet.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db, Tx } from '../persistence/database.ts'

interface VaultOf {
  readonly requesterId: string
  readonly jobId: string
}

/** Micro-USDC in a vault, and the micro-USD beside them that nothing was spent of. */
export interface Held {
  readonly microUsdc: bigint
  readonly free: bigint
}

/** The books, as vaults need them; what changes them is part of the caller's transaction. */
export interface VaultBooks {
  readonly held: (db: Db | Tx, vault: VaultOf) => Promise<Held>
  /** Why it is not known yet where the money of a job goes; `null` if it is. */
  readonly holdUp: (db: Db | Tx, jobId: string) => Promise<string | null>
  readonly fund: (tx: Tx, funded: VaultOf & { readonly microUsdc: bigint }) => Promise<void>
  readonly release: (tx: Tx, emptied: VaultOf & Held & { readonly signature: string }) => Promise<void>
  /** What is missing of it, of which `free` was nobody’s pay. */
  readonly writeOff: (
    tx: Tx,
    lost: VaultOf & { readonly missing: bigint; readonly free: bigint; readonly left: bigint; readonly reason: string },
  ) => Promise<void>
  /** Closes a release: it has happened, or everything is where it was. */
  readonly close: (tx: Tx, closed: { readonly signature: string; readonly outcome: 'emptied' | 'kept' }) => Promise<void>
}

export interface VaultDeps {
  readonly db: Db
  readonly chain: Pick<
    Chain,
    'latestBlockhash' | 'compile' | 'isOnCurve' | 'minRent' | 'accountData' | 'simulate' | 'send' | 'statuses' | 'blockHeight' | 'historyOf'
  >
  readonly clock: Pick<Clock, 'now'>
  /** Signs for the coordinator. */
  readonly wallet: Wallet
  readonly cluster: string
  /** Who decides where requester and coordinator disagree; `null`: no job is protected here. */
  readonly arbiter: string | null
  readonly usdcMint: string | null
  /** Whether a job of this id was ever taken. */
  readonly isTaken: (tx: Tx, jobId: string) => Promise<boolean>
  readonly verify: (jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array) => boolean
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly books: VaultBooks
}
