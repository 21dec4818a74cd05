import type { vaultCalls } from '../../../shared/contract/vault.ts'
import { type Called, principalOf, requesterOf, viewerOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** Where the money of protected jobs lies. */
export const vaultHandlers = ({ vaults, approvals: { acts } }: Pick<CoordinatorParts, 'vaults' | 'approvals'>): Called<keyof typeof vaultCalls> => ({
  openVault: (order, caller) => vaults.open(requesterOf(caller), order),
  listVaults: (page, caller) => vaults.list(viewerOf(caller), page),
  cancelVault: ({ jobId }, caller) => vaults.cancel(viewerOf(caller), jobId),
  writeOffVault: (order, caller) => acts.writeOff(principalOf(caller), order),
  getVault: ({ jobId }, caller) => vaults.show(viewerOf(caller), jobId),
  planVault: (order, caller) => vaults.plan(viewerOf(caller), order),
  signVault: (order, caller) => vaults.sign(viewerOf(caller), order),
})
