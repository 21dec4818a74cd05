import type { vaultCalls } from '../../../shared/contract/vault.ts'
import { type Called, requesterOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** Where the money of protected jobs lies. */
export const vaultHandlers = ({ vaults }: Pick<CoordinatorParts, 'vaults'>): Called<keyof typeof vaultCalls> => ({
  openVault: (order, caller) => vaults.open(requesterOf(caller), order),
  listVaults: (page, caller) => vaults.list(requesterOf(caller), page),
  cancelVault: ({ jobId }, caller) => vaults.cancel(requesterOf(caller), jobId),
  writeOffVault: (order, caller) => vaults.writeOff(requesterOf(caller), order),
  getVault: ({ jobId }, caller) => vaults.show(requesterOf(caller), jobId),
  planVault: (order, caller) => vaults.plan(requesterOf(caller), order),
  signVault: (order, caller) => vaults.sign(requesterOf(caller), order),
})
