import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { Principal } from '../../../shared/domain/permissions.ts'

type Contract = typeof coordinatorContract
type In<K extends keyof Contract> = InputOf<Contract[K]>
type Out<K extends keyof Contract> = OutputOf<Contract[K]>

/** What the HTTP border needs of acts that take a second person. */
export interface ApprovalParts {
  readonly list: (page: In<'listApprovals'>) => Promise<Out<'listApprovals'>>
  readonly show: (approvalId: string) => Promise<Out<'getApproval'>>
  readonly approve: (approver: Principal, approvalId: string) => Promise<Out<'approve'>>
  readonly reject: (by: Principal, order: In<'rejectApproval'>) => Promise<Out<'rejectApproval'>>
  /** Done at once where they need nobody else. Error of all: `approval.waiting`. */
  readonly acts: {
    readonly invite: (by: Principal, order: In<'inviteMember'>) => Promise<Out<'inviteMember'>>
    readonly change: (by: Principal, order: In<'changeMember'>) => Promise<Out<'changeMember'>>
    readonly fund: (by: Principal, order: In<'fundRequester'>) => Promise<Out<'fundRequester'>>
    readonly refund: (by: Principal, order: In<'refundRequester'>) => Promise<Out<'refundRequester'>>
    readonly writeOff: (by: Principal, order: In<'writeOffVault'>) => Promise<Out<'writeOffVault'>>
  }
}
