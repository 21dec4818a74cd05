import type { nodePayoutCalls } from '../../../shared/contract/payout.ts'
import type { payoutAdminCalls } from '../../../shared/contract/payout-admin.ts'
import { type Called, nodeOf, requesterOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** Calls about payouts: those of nodes about their own money, and those of operators. */
export const payoutHandlers = ({
  payouts: { own, admin },
}: Pick<CoordinatorParts, 'payouts'>): Called<keyof typeof nodePayoutCalls | keyof typeof payoutAdminCalls | 'listPayouts'> => ({
  getPayoutTerms: (_, caller) => own.terms(nodeOf(caller)),
  setPayoutTerms: (wanted, caller) => own.setTerms(nodeOf(caller), wanted),
  quotePayout: (wanted, caller) => own.quote(nodeOf(caller), wanted),
  claimPayout: (order, caller) => own.claim(nodeOf(caller), order),
  listPayoutClaims: (page, caller) => own.list(nodeOf(caller), page),
  getPayoutClaim: ({ claimId }, caller) => own.show(nodeOf(caller), claimId),
  getPayoutStatus: (order, caller) => admin.status(requesterOf(caller), order),
  pausePayouts: (order, caller) => admin.pause(requesterOf(caller), order),
  resumePayouts: (order, caller) => admin.resume(requesterOf(caller), order),
  listPayouts: (page, caller) => admin.list(requesterOf(caller), page),
  listPayoutBatches: (page, caller) => admin.batches(requesterOf(caller), page),
  approvePayout: (order, caller) => admin.approve(requesterOf(caller), order),
  rejectPayout: (order, caller) => admin.reject(requesterOf(caller), order),
  rebuildPayouts: (order, caller) => admin.rebuild(requesterOf(caller), order),
})
