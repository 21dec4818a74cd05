import type { ApprovalView } from '../../../shared/contract/approval.ts'
import { HOUR, at } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

export const anApproval = (changes: Partial<ApprovalView> = {}): ApprovalView => ({
  approvalId: 'approval-1',
  kind: 'requester.refund',
  summary: 'pay $250.00 back to studio-1, as refund r-1: contract ended',
  permission: 'ledger.write',
  state: 'waiting',
  askedBy: 'member:member-2',
  askedAt: at(-HOUR),
  expiresAt: at(70 * HOUR),
  decidedBy: null,
  decidedAt: null,
  reason: null,
  ...changes,
})

/** A coordinator where these wait, or are over. */
export const approvalHandlers = (approvals: readonly ApprovalView[]): FakeHandlers => ({
  listApprovals: ({ waiting }) => ({ items: approvals.filter(({ state }) => (state === 'waiting') === waiting), next: null }),
})
