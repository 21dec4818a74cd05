import type { VaultSigner } from '../../../shared/contract/vault.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Commitment } from '../../chain/chain.ts'
import type { Instruction } from '../../chain/instructions.ts'
import { MULTISIG_BYTES, readMultisig } from '../../chain/multisig.ts'
import { readTokenAccount } from '../../chain/tokens.ts'
import type { Held, VaultDeps } from './deps.ts'
import { REQUIRED, type Release, type VaultTerms, membersOf, openInstructions, releaseInstructions, signerOf } from './plan.ts'
import type { Vault } from './vaults.store.ts'
import { inUsdc } from './view.ts'

interface Opening {
  readonly step: 'open'
  readonly signer: string
  readonly what: string
  readonly instructions: readonly Instruction[]
}

export interface Releasing extends Omit<Opening, 'step'>, Release {
  readonly step: 'release'
  readonly by: VaultSigner
  /** What the books say lies there. */
  readonly held: Held
}

/** What lies in a vault that is what was agreed on: owned by a multisig of exactly these three, two of whom have to sign. `null` if there is none. */
export async function balanceOf({ chain }: Pick<VaultDeps, 'chain'>, terms: VaultTerms, commitment: Commitment): Promise<bigint | null> {
  const [multisig, account] = [await chain.accountData(terms.multisig, commitment), await chain.accountData(terms.account, commitment)]
  const owner = multisig && readMultisig(multisig)
  const tokens = account && readTokenAccount(account)
  if (!owner || owner.required !== REQUIRED || owner.members.join() !== membersOf(terms).join()) return null
  return tokens?.owner === terms.multisig && tokens.mint === terms.mint ? tokens.amount : null
}

async function opening({ chain }: VaultDeps, vault: Vault): Promise<Opening> {
  if ((await chain.accountData(vault.multisig, 'confirmed')) !== null)
    throw new WindfallError(
      'conflict',
      `The vault of the job ${vault.jobId} is open. Once what was paid in is final, within a minute, the job can be submitted.`,
    )
  const instructions = openInstructions(vault, await chain.minRent(MULTISIG_BYTES), chain.isOnCurve)
  const what = `Makes the vault, whose rent you bear, and pays ${inUsdc(vault.due)} into it. Any two of you, the coordinator and the arbiter can empty it; nobody can alone.`
  return { step: 'open', signer: vault.wallet, what, instructions }
}

async function releasing(deps: VaultDeps, vault: Vault, by: VaultSigner): Promise<Releasing> {
  const held = await deps.books.held(deps.db, vault)
  const there = (await balanceOf(deps, vault, 'confirmed')) ?? 0n
  if (there === 0n || there < held.microUsdc)
    throw new WindfallError(
      'conflict',
      `${inUsdc(there)} lie in the vault of the job ${vault.jobId}, where the books have ${inUsdc(held.microUsdc)}. Look at ${vault.account} in an explorer.`,
    )
  const paid = held.microUsdc - held.free
  const returned = there - paid
  const what = `Pays ${inUsdc(paid)} for what was done, returns ${inUsdc(returned)} to ${vault.wallet}, and closes the vault.`
  const instructions = releaseInstructions(vault, { paid, returned, by }, deps.chain.isOnCurve)
  return { step: 'release', signer: signerOf(vault, by), what, instructions, paid, returned, by, held }
}

/** What is to be signed next. Errors: `conflict` if there is nothing, or not yet; `chain.unavailable`. */
export async function nextStep(deps: VaultDeps, vault: Vault, by: VaultSigner): Promise<Opening | Releasing> {
  const { jobId, state } = vault
  if (state === 'waiting') return opening(deps, vault)
  if (state === 'written-off')
    throw new WindfallError('conflict', `The vault of the job ${jobId} was emptied without the coordinator, and is written off. Nothing is left to sign.`)
  if (state === 'releasing' || state === 'released')
    throw new WindfallError('conflict', `Where the money of the job ${jobId} goes has been signed. See it: windfall vault show ${jobId}`)
  const holdUp = await deps.books.holdUp(deps.db, jobId)
  if (holdUp) throw new WindfallError('conflict', holdUp)
  if (vault.coordinator !== deps.wallet.address)
    throw new WindfallError(
      'conflict',
      `The vault of the job ${jobId} was agreed on with the wallet ${vault.coordinator}, which this coordinator no longer signs with. You and the arbiter can empty it; ask its operator.`,
    )
  return releasing(deps, vault, by)
}
