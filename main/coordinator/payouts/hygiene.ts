import { isAddress } from '../../../shared/domain/base58.ts'
import type { ChainAccount } from '../../chain/chain.ts'
import { SYSTEM_PROGRAM } from '../../chain/instructions.ts'

export type WalletVerdict = { readonly payable: true; readonly isNew: boolean } | { readonly payable: false; readonly reason: string }

/**
 * Whether an address can be paid in SOL. Programs, mints and token accounts take lamports and never give them back, and
 * nobody holds the key of an off-curve address: these are refused before one of them can spoil a batch.
 */
export function judgeWallet(address: string, { isOnCurve, account }: { isOnCurve: boolean; account: ChainAccount | null }): WalletVerdict {
  if (!isAddress(address)) return { payable: false, reason: 'It is not a Solana address.' }
  if (address === SYSTEM_PROGRAM) return { payable: false, reason: 'It is the System program, not a wallet.' }
  if (!isOnCurve) return { payable: false, reason: 'No key can exist for this address (it belongs to a program).' }
  if (account === null) return { payable: true, isNew: true }
  if (account.executable) return { payable: false, reason: 'It is a program; SOL sent to it is lost.' }
  if (account.owner !== SYSTEM_PROGRAM) return { payable: false, reason: 'It is a token account or other data account; SOL sent to it is lost.' }
  return { payable: true, isNew: false }
}
