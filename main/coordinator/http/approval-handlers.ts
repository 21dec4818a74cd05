import type { approvalCalls } from '../../../shared/contract/approval.ts'
import type { ApprovalParts } from './approval-parts.ts'
import { type Called, principalOf } from './callers.ts'

export const approvalHandlers = ({ approvals }: { readonly approvals: ApprovalParts }): Called<keyof typeof approvalCalls> => ({
  listApprovals: approvals.list,
  getApproval: ({ approvalId }) => approvals.show(approvalId),
  approve: ({ approvalId }, caller) => approvals.approve(principalOf(caller), approvalId),
  rejectApproval: (order, caller) => approvals.reject(principalOf(caller), order),
})
