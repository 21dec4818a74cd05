import type { Role } from '../../shared/domain/permissions.ts'
import { VERIFIER } from './ledger/accounts.ts'

/** The account that the key file in the data directory belongs to. It is there as long as the installation is. */
export const OWNER = 'owner'

/**
 * What the configuration makes of an account: the owner's is an owner, those in `operators` run machines and look after money, every other one asks for jobs.
 * That of the coordinator's own jobs is nobody's.
 */
export function accountRoles(account: string, operators: readonly string[]): readonly Role[] {
  if (account === OWNER) return ['owner']
  if (account === VERIFIER) return []
  return operators.includes(account) ? ['operator', 'finance'] : ['requester']
}
