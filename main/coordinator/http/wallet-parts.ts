import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { depositCalls } from '../../../shared/contract/funding.ts'
import type { vaultCalls } from '../../../shared/contract/vault.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import type { walletCalls } from '../../../shared/contract/wallet.ts'
import type { Settle } from './member-parts.ts'

type Calls = typeof depositCalls & typeof vaultCalls & typeof walletCalls
type In<K extends keyof Calls> = InputOf<Calls[K]>
type Out<K extends keyof Calls> = OutputOf<Calls[K]>

/** What requesters pay in on Solana; who asks comes first. */
export interface DepositParts {
  readonly request: (requesterId: string, order: In<'requestDeposit'>) => Promise<Out<'requestDeposit'>>
  readonly list: (viewer: Viewer, page: In<'listDeposits'>) => Promise<Out<'listDeposits'>>
  readonly show: (viewer: Viewer, depositId: string) => Promise<Out<'getDeposit'>>
  readonly decideHeld: (by: string, order: In<'decideDeposit'>) => Promise<Out<'decideDeposit'>>
}

/** Where the money of protected jobs lies; who asks comes first. */
export interface VaultParts {
  readonly open: (requesterId: string, order: In<'openVault'>) => Promise<Out<'openVault'>>
  readonly list: (viewer: Viewer, page: In<'listVaults'>) => Promise<Out<'listVaults'>>
  readonly cancel: (viewer: Viewer, jobId: string) => Promise<Out<'cancelVault'>>
  readonly writeOff: (by: string, order: In<'writeOffVault'>, settle?: Settle) => Promise<Out<'writeOffVault'>>
  readonly show: (viewer: Viewer, jobId: string) => Promise<Out<'getVault'>>
  readonly plan: (viewer: Viewer, order: In<'planVault'>) => Promise<Out<'planVault'>>
  readonly sign: (viewer: Viewer, order: In<'signVault'>) => Promise<Out<'signVault'>>
}

/** Where a node is paid, asked in its name or by whoever has the address of a page. */
export interface WalletParts {
  readonly show: (nodeId: string) => Promise<Out<'getWallet'>>
  readonly begin: (nodeId: string) => Promise<Out<'beginWalletLink'>>
  readonly get: (nodeId: string, linkId: string) => Promise<Out<'getWalletLink'>>
  readonly confirm: (nodeId: string, input: In<'confirmWalletLink'>) => Promise<Out<'confirmWalletLink'>>
  readonly cancel: (nodeId: string, linkId: string) => Promise<Out<'cancelWalletLink'>>
  /** Takes a change of address back that waits. */
  readonly keep: (nodeId: string) => Promise<Out<'cancelWalletChange'>>
  readonly open: (secret: string) => Promise<Out<'openWalletLink'>>
  readonly answer: (input: In<'answerWalletLink'>) => Promise<Out<'answerWalletLink'>>
  readonly decline: (secret: string) => Promise<Out<'declineWalletLink'>>
}
