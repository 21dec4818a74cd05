import { WindfallError } from '../../../shared/errors.ts'
import type { VaultDeps } from './deps.ts'
import { balanceOf } from './next-step.ts'
import { type Vault, createVaultsStore } from './vaults.store.ts'
import { inUsdc } from './view.ts'

async function findingOf(deps: VaultDeps, vault: Vault): Promise<string[]> {
  const there = (await balanceOf(deps, vault, 'finalized')) ?? 0n
  const { microUsdc } = await deps.books.held(deps.db, vault)
  // More than that goes back when it is released. A release that began meanwhile is no longer in the vault's books.
  if (there >= microUsdc) return []
  return [`The vault ${vault.account} of the job ${vault.jobId} holds ${inUsdc(there)}; the books say ${inUsdc(microUsdc)}. See who emptied it in an explorer.`]
}

/** Holds the books against every vault that is funded; silent if the cluster does not answer. */
export async function checkVaults(deps: VaultDeps): Promise<string[]> {
  try {
    const findings: string[] = []
    for (const vault of await createVaultsStore(deps.db).inState('funded')) findings.push(...(await findingOf(deps, vault)))
    return findings
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'chain.unavailable') return []
    throw error
  }
}
