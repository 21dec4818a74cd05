/** What the operator orders about money; each is in the decision log with who ordered it. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { CommunityFundView, CreditRedemption, DisputeView, LedgerPage, OrderReason, PeriodView, RequesterMoney } from './ledger.ts'
import { Id, IsoTime, UnsignedDecimal, pageOf } from './wire.ts'

export const ledgerOrderCalls = {
  refundRequester: call(
    z.strictObject({ requesterId: Id, refundId: Id, microUsd: UnsignedDecimal, reason: OrderReason }),
    RequesterMoney,
    http('POST', '/v1/requesters/{requesterId}/refunds', 'ledger.write', 'Pay prepaid money back, once per refund id; only for the operator'),
  ),
  chargeBack: call(
    z.strictObject({ requesterId: Id, depositId: z.string().min(1).max(128), microUsd: UnsignedDecimal.nullable().default(null), reason: OrderReason }),
    RequesterMoney,
    http(
      'POST',
      '/v1/requesters/{requesterId}/chargebacks',
      'ledger.write',
      'A deposit was taken back: what of it is spent is owed from now on; only for the operator',
    ),
  ),
  openDispute: call(
    z.strictObject({ jobId: Id, microUsd: UnsignedDecimal.nullable().default(null), reason: OrderReason }),
    DisputeView,
    http('POST', '/v1/ledger/disputes', 'ledger.write', 'Hold what a job came to, or a part, until it is decided whose it is; only for the operator'),
  ),
  decideDispute: call(
    z.strictObject({ jobId: Id, inFavourOf: z.enum(['node', 'requester']), reason: OrderReason }),
    DisputeView,
    http('POST', '/v1/ledger/disputes/{jobId}/decide', 'ledger.write', 'Give what is held to the node, or back to the requester; only for the operator'),
  ),
  listDisputes: call(
    z.strictObject(LedgerPage),
    pageOf(DisputeView),
    http('GET', '/v1/ledger/disputes', 'ledger.read', 'Disputes that are open; only for the operator'),
  ),
  redeemCommunityCredits: call(
    CreditRedemption.extend({ purpose: OrderReason }),
    CommunityFundView,
    http(
      'POST',
      '/v1/ledger/community/redemptions',
      'ledger.write',
      'Spend verified credits of the community fund on a purpose, once per redemption id; only for the operator',
    ),
  ),
  closePeriod: call(
    z.strictObject({ until: IsoTime }),
    PeriodView,
    http(
      'POST',
      '/v1/ledger/periods',
      'ledger.write',
      'Close the books up to a time with a signed balance sheet; repeating it is harmless. Only for the operator',
    ),
  ),
}
