import type { nodePayoutCalls } from '../../../shared/contract/payout.ts'
import type { payoutAdminCalls } from '../../../shared/contract/payout-admin.ts'
import { type Called, byOf, nodeOf, personOf } from './callers.ts'
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
  getPayoutStatus: () => admin.status(),
  pausePayouts: (order, caller) => admin.pause(byOf(caller), order),
  resumePayouts: (_, caller) => admin.resume(byOf(caller)),
  listPayouts: (page) => admin.list(page),
  listPayoutBatches: (page) => admin.batches(page),
  approvePayout: (order, caller) => admin.approve(personOf(caller), order),
  rejectPayout: (order, caller) => admin.reject(byOf(caller), order),
  rebuildPayouts: (order, caller) => admin.rebuild(byOf(caller), order),
})
