/** What one person has asked for and a second one has to let happen. */
import { z } from 'zod'
import { PermissionName } from './api-key.ts'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { severalOf } from './several.ts'
import { Actor, Id, IsoTime, pageOf } from './wire.ts'

const APPROVAL_KINDS = ['member.invite', 'member.change', 'requester.fund', 'requester.refund', 'vault.write-off'] as const
const ApprovalKind = z.enum(APPROVAL_KINDS)
export type ApprovalKind = z.infer<typeof ApprovalKind>

const ApprovalState = z.enum(['waiting', 'done', 'rejected', 'expired'])

export const ApprovalView = z.strictObject({
  approvalId: Id,
  kind: ApprovalKind,
  /** What happens once it is approved. */
  summary: z.string().max(400),
  /** What both persons have to be allowed. */
  permission: PermissionName,
  state: ApprovalState,
  askedBy: Actor,
  askedAt: IsoTime,
  expiresAt: IsoTime,
  decidedBy: Actor.nullable(),
  decidedAt: IsoTime.nullable(),
  reason: z.string().max(200).nullable(),
})
export type ApprovalView = z.infer<typeof ApprovalView>

const Ref = z.strictObject({ approvalId: Id })

export const approvalCalls = {
  listApprovals: call(
    z.strictObject({
      /** Only those that wait. */
      waiting: z.stringbool().or(z.boolean()).default(false),
      /** One or more, separated by commas. */
      state: severalOf(ApprovalState.options).optional(),
      kind: severalOf(APPROVAL_KINDS).optional(),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(ApprovalView),
    http('GET', '/v1/approvals', 'approvals.read', 'What waits for a second person or has waited, newest first'),
  ),
  getApproval: call(Ref, ApprovalView, http('GET', '/v1/approvals/{approvalId}', 'approvals.read', 'One act that takes a second person')),
  approve: call(Ref, ApprovalView, http('POST', '/v1/approvals/{approvalId}/approve', 'approvals.write', 'Let happen, once, what somebody else has asked for')),
  rejectApproval: call(
    Ref.extend({ reason: z.string().min(1).max(200) }),
    ApprovalView,
    http('POST', '/v1/approvals/{approvalId}/reject', 'approvals.write', 'Refuse what somebody else has asked for, or take back what you have'),
  ),
}
