import type { ledgerOrderCalls } from '../../../shared/contract/ledger-orders.ts'
import type { ledgerCalls } from '../../../shared/contract/ledger.ts'
import { type Called, byOf, nodeOf, principalOf, viewerOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** The books: what everybody may read of their own, and what the operator asks and orders. */
export const ledgerHandlers = ({
  ledger,
  approvals: { acts },
}: Pick<CoordinatorParts, 'ledger' | 'approvals'>): Called<keyof typeof ledgerCalls | keyof typeof ledgerOrderCalls> => ({
  checkLedger: () => ledger.check(),
  getStatement: (question, caller) => ledger.statement(viewerOf(caller), question),
  getEntries: ({ about }, caller) => ledger.entries(viewerOf(caller), about),
  listTransactions: (asked, caller) => ledger.transactions(viewerOf(caller), asked),
  getCommunityFund: () => ledger.community(),
  getOwnBalances: (_, caller) => ledger.own.balances(nodeOf(caller)),
  getOwnStatement: (page, caller) => ledger.own.statement(nodeOf(caller), page),
  getOwnEntries: ({ about }, caller) => ledger.own.entries(nodeOf(caller), about),
  redeemCredits: (order, caller) => ledger.own.redeem(nodeOf(caller), order),
  refundRequester: (order, caller) => acts.refund(principalOf(caller), order),
  chargeBack: (order, caller) => ledger.orders.chargeBack(byOf(caller), order),
  openDispute: (order, caller) => ledger.orders.dispute(byOf(caller), order),
  decideDispute: (order, caller) => ledger.orders.decide(byOf(caller), order),
  listDisputes: (page) => ledger.orders.disputes(page),
  redeemCommunityCredits: (order, caller) => ledger.orders.redeemCommunity(byOf(caller), order),
  closePeriod: (order, caller) => ledger.orders.close(byOf(caller), order),
  listPeriods: (page) => ledger.periods(page),
})
