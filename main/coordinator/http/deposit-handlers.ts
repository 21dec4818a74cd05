import type { depositCalls } from '../../../shared/contract/funding.ts'
import { type Called, byOf, requesterOf, viewerOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** What requesters pay in on Solana. */
export const depositHandlers = ({ deposits }: Pick<CoordinatorParts, 'deposits'>): Called<keyof typeof depositCalls> => ({
  requestDeposit: (order, caller) => deposits.request(requesterOf(caller), order),
  listDeposits: (page, caller) => deposits.list(viewerOf(caller), page),
  getDeposit: ({ depositId }, caller) => deposits.show(viewerOf(caller), depositId),
  decideDeposit: (order, caller) => deposits.decideHeld(byOf(caller), order),
})
