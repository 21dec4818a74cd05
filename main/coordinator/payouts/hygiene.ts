import { isAddress } from '../../../shared/domain/base58.ts'
import type { AccountData, ChainAccount } from '../../chain/chain.ts'
import { SYSTEM_PROGRAM } from '../../chain/instructions.ts'
import { type Token, readTokenAccount, tokenAddress } from '../../chain/tokens.ts'
import type { PayAsset } from './assets.ts'
import type { PayoutDeps } from './deps.ts'

/** `isNew`: the wallet does not exist yet; in USDC: its token account does not. */
export type WalletVerdict = { readonly payable: true; readonly isNew: boolean } | { readonly payable: false; readonly reason: string }

/**
 * Whether an address can be paid. Programs, mints and token accounts take lamports and never give them back, and
 * nobody holds the key of an off-curve address: these are refused before one of them can spoil a batch.
 */
export function judgeWallet(address: string, { isOnCurve, account }: { isOnCurve: boolean; account: ChainAccount | null }): WalletVerdict {
  if (!isAddress(address)) return { payable: false, reason: 'It is not a Solana address.' }
  if (address === SYSTEM_PROGRAM) return { payable: false, reason: 'It is the System program, not a wallet.' }
  if (!isOnCurve) return { payable: false, reason: 'No key can exist for this address (it belongs to a program).' }
  if (account === null) return { payable: true, isNew: true }
  if (account.executable) return { payable: false, reason: 'It is a program; what is sent to it is lost.' }
  if (account.owner !== SYSTEM_PROGRAM) return { payable: false, reason: 'It is a token account or other data account; SOL sent to it is lost.' }
  return { payable: true, isNew: false }
}

/** Whether the wallet's account for a token, which is found by its address, can take some of it. */
function judgeTokenAccount(owner: string, { mint }: Token, account: AccountData | null): WalletVerdict {
  // Anybody can send lamports to an address before there is an account.
  if (account === null || (account.owner === SYSTEM_PROGRAM && account.data.length === 0)) return { payable: true, isNew: true }
  const token = readTokenAccount(account)
  if (!token || token.mint !== mint) return { payable: false, reason: 'What should be its USDC account is something else.' }
  if (token.owner !== owner) return { payable: false, reason: 'Its USDC account belongs to somebody else now.' }
  if (token.isFrozen) return { payable: false, reason: 'Its USDC account is frozen by the issuer.' }
  return { payable: true, isNew: false }
}

/** Looks an address up and says whether it can be paid in this asset. */
export async function lookAt(
  { chain, usdc, wallet: hot }: Pick<PayoutDeps, 'chain' | 'usdc' | 'wallet'>,
  address: string,
  asset: PayAsset,
): Promise<WalletVerdict> {
  if (address === hot.address) return { payable: false, reason: 'It is the wallet that payouts come from.' }
  const isOnCurve = isAddress(address) && chain.isOnCurve(address)
  const wallet = judgeWallet(address, { isOnCurve, account: isOnCurve ? await chain.account(address) : null })
  if (!wallet.payable || asset === 'lamports') return wallet
  if (!usdc) return { payable: false, reason: 'This coordinator does not pay in USDC.' }
  return judgeTokenAccount(address, usdc, await chain.accountData(tokenAddress(address, usdc.mint, chain.isOnCurve), 'confirmed'))
}
