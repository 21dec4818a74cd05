import type { ApprovalKind, ApprovalView } from '../../../shared/contract/approval.ts'
import type { WhoAmI } from '../../../shared/contract/member.ts'
import type { Word } from '../../lib/words.ts'
import { word } from '../words.ts'

export const APPROVAL_KIND: Readonly<Record<ApprovalKind, string>> = {
  'member.invite': 'Let somebody sign in',
  'member.change': 'Change a role',
  'requester.fund': 'Credit a deposit',
  'requester.refund': 'Pay back',
  'vault.write-off': 'Write off a vault',
}

const STATE: Readonly<Record<ApprovalView['state'], Word>> = {
  waiting: word('honey', 'half', 'Waiting'),
  done: word('leaf', 'check', 'Done'),
  rejected: word('madder', 'cross', 'Rejected'),
  expired: word('plain', 'ring', 'Expired'),
}

export const approvalWord = (state: ApprovalView['state']): Word => STATE[state]

/** Somebody as the logs name them: an account, or a member. */
export const actorText = (by: string): string => (by.startsWith('member:') ? `member ${by.slice('member:'.length)}` : by)

/** Whether whoever has signed in is who asked. The coordinator knows more keys of the same person, and refuses those, too. */
export const isOwn = ({ askedBy }: Pick<ApprovalView, 'askedBy'>, { member, requesterId }: Pick<WhoAmI, 'member' | 'requesterId'>): boolean =>
  (member !== null && askedBy === `member:${member.memberId}`) || (requesterId !== null && askedBy === requesterId)
