import type { VaultView } from '../../../shared/contract/vault.ts'
import { toIso } from '../../../shared/units.ts'
import type { Held, VaultDeps } from './deps.ts'
import { type SignedRelease, type Vault, createVaultsStore } from './vaults.store.ts'

export const inUsdc = (units: bigint): string => `${units / 1_000_000n}.${String(units % 1_000_000n).padStart(6, '0')} USDC`

function reasonOf({ jobId, state, due, account }: Vault, release: SignedRelease | null): string {
  const sign = `windfall vault sign ${jobId}`
  if (state === 'waiting') return `Waits until ${inUsdc(due)} lie in ${account} for good. Sign for it: ${sign}`
  if (state === 'expired') return `Nobody paid in in time. What arrived later comes back to the wallet: ${sign}`
  if (state === 'cancelled') return `It was given up before its money came. What arrives all the same comes back to the wallet: ${sign}`
  if (state === 'written-off') return 'Requester and arbiter have emptied it together. What a job had come to of it is booked as lost.'
  if (state === 'releasing') return 'Two have signed where the money goes; it is not final yet.'
  if (state === 'released') return `It is empty: ${inUsdc(release?.paid ?? 0n)} were paid, and ${inUsdc(release?.returned ?? 0n)} went back to the wallet.`
  return `Holds the money of the job. Submit it: windfall job submit --vault ${jobId}. Once it has ended, or to have all of it back in place of that: ${sign}`
}

const releaseView = ({ signature, by, paid, returned, at }: SignedRelease): VaultView['release'] => ({
  signature,
  by,
  paidMicroUsdc: String(paid),
  returnedMicroUsdc: String(returned),
  at: toIso(at),
})

function viewOf(cluster: string, vault: Vault, { held, release }: { readonly held: Held; readonly release: SignedRelease | null }): VaultView {
  const { jobId, requesterId, state, wallet, coordinator, arbiter, mint, multisig, account } = vault
  return {
    jobId,
    requesterId,
    state,
    reason: reasonOf(vault, release),
    wallet,
    coordinator,
    arbiter,
    mint,
    multisig,
    account,
    dueMicroUsdc: String(vault.due),
    heldMicroUsdc: String(held.microUsdc),
    freeMicroUsd: String(held.free),
    release: release && releaseView(release),
    cluster,
    createdAt: toIso(vault.createdAt),
    expiresAt: toIso(vault.expiresAt),
  }
}

export async function viewVault({ db, cluster, books }: Pick<VaultDeps, 'db' | 'cluster' | 'books'>, vault: Vault): Promise<VaultView> {
  const [held, release] = [await books.held(db, vault), await createVaultsStore(db).liveRelease(vault.jobId)]
  return viewOf(cluster, vault, { held, release })
}
