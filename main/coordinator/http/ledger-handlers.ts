import type { ledgerOrderCalls } from '../../../shared/contract/ledger-orders.ts'
import type { ledgerCalls } from '../../../shared/contract/ledger.ts'
import { type Called, nodeOf, requesterOf } from './callers.ts'
import type { LedgerParts } from './ledger-parts.ts'

/** The books: what everybody may read of their own, and what the operator asks and orders. */
export const ledgerHandlers = ({ ledger }: { readonly ledger: LedgerParts }): Called<keyof typeof ledgerCalls | keyof typeof ledgerOrderCalls> => ({
  checkLedger: (_, caller) => ledger.check(requesterOf(caller)),
  getStatement: (question, caller) => ledger.statement(requesterOf(caller), question),
  getEntries: ({ about }, caller) => ledger.entries(requesterOf(caller), about),
  getCommunityFund: () => ledger.community(),
  getOwnBalances: (_, caller) => ledger.own.balances(nodeOf(caller)),
  getOwnStatement: (page, caller) => ledger.own.statement(nodeOf(caller), page),
  getOwnEntries: ({ about }, caller) => ledger.own.entries(nodeOf(caller), about),
  redeemCredits: (order, caller) => ledger.own.redeem(nodeOf(caller), order),
  refundRequester: (order, caller) => ledger.orders.refund(requesterOf(caller), order),
  chargeBack: (order, caller) => ledger.orders.chargeBack(requesterOf(caller), order),
  openDispute: (order, caller) => ledger.orders.dispute(requesterOf(caller), order),
  decideDispute: (order, caller) => ledger.orders.decide(requesterOf(caller), order),
  listDisputes: (page, caller) => ledger.orders.disputes(requesterOf(caller), page),
  redeemCommunityCredits: (order, caller) => ledger.orders.redeemCommunity(requesterOf(caller), order),
  closePeriod: (order, caller) => ledger.orders.close(requesterOf(caller), order),
  listPeriods: (page) => ledger.periods(page),
})
