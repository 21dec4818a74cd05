/** What the transactions of a vault do. Pure: the same terms and figures make the same bytes, which is how what was signed is checked. */
import { createHash } from 'node:crypto'
import type { VaultSigner } from '../../../shared/contract/vault.ts'
import type { Lamports } from '../../../shared/units.ts'
import type { Instruction } from '../../chain/instructions.ts'
import { closeTokenAccountInstruction, multisigAddress, openMultisigInstructions } from '../../chain/multisig.ts'
import { createTokenAccountInstruction, tokenAddress, tokenTransferInstruction } from '../../chain/tokens.ts'

/** Who have to agree on where the money of a job goes, and where it lies. */
export interface VaultTerms {
  readonly jobId: string
  readonly wallet: string
  readonly coordinator: string
  readonly arbiter: string
  readonly mint: string
  readonly multisig: string
  readonly account: string
  /** Micro-USDC. */
  readonly due: bigint
}

type IsOnCurve = (address: string) => boolean

const DECIMALS = 6
export const REQUIRED = 2

/** At most 32 bytes, of which an id may have more. */
const seedOf = (jobId: string): string => createHash('sha256').update(`windfall-vault:${jobId}`).digest('hex').slice(0, 32)

export const membersOf = ({ wallet, coordinator, arbiter }: Pick<VaultTerms, 'wallet' | 'coordinator' | 'arbiter'>): string[] => [wallet, coordinator, arbiter]

export function termsOf(agreed: Omit<VaultTerms, 'multisig' | 'account'>, isOnCurve: IsOnCurve): VaultTerms {
  const multisig = multisigAddress(agreed.wallet, seedOf(agreed.jobId))
  return { ...agreed, multisig, account: tokenAddress(multisig, agreed.mint, isOnCurve) }
}

/** Makes the vault and pays in, in one transaction that the requester alone signs: all of it happens, or nothing. */
export function openInstructions(terms: VaultTerms, rent: Lamports, isOnCurve: IsOnCurve): Instruction[] {
  const { jobId, wallet, mint, multisig, account, due } = terms
  return [
    ...openMultisigInstructions({ wallet, seed: seedOf(jobId), members: membersOf(terms), required: REQUIRED, rent }),
    createTokenAccountInstruction(wallet, { owner: multisig, account, mint }),
    tokenTransferInstruction({ from: tokenAddress(wallet, mint, isOnCurve), to: account, authority: wallet, amount: due }, { mint, decimals: DECIMALS }),
  ]
}

/** Micro-USDC that go to the coordinator for what was done, and back to the requester. */
export interface Release {
  readonly paid: bigint
  readonly returned: bigint
}

export const signerOf = (terms: VaultTerms, by: VaultSigner): string => (by === 'requester' ? terms.wallet : terms.arbiter)

/**
 * Empties the vault and closes it. Since closing fails for an account that is not empty, or not there, a second such transaction moves nothing. Who signs
 * beside the coordinator bears the fee, and the rent of an account that is missing; that of the vault's goes back to the requester.
 */
export function releaseInstructions(terms: VaultTerms, { paid, returned, by }: Release & { readonly by: VaultSigner }, isOnCurve: IsOnCurve): Instruction[] {
  const { wallet, coordinator, mint, multisig, account } = terms
  const signers = [signerOf(terms, by), coordinator]
  const give = (owner: string, amount: bigint): Instruction[] => {
    const to = tokenAddress(owner, mint, isOnCurve)
    const transfer = { from: account, to, authority: multisig, amount, signers }
    return amount === 0n
      ? []
      : [createTokenAccountInstruction(signerOf(terms, by), { owner, account: to, mint }), tokenTransferInstruction(transfer, { mint, decimals: DECIMALS })]
  }
  return [...give(coordinator, paid), ...give(wallet, returned), closeTokenAccountInstruction({ account, rentTo: wallet, authority: multisig, signers })]
}
