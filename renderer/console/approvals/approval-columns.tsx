import type { ApprovalView } from '../../../shared/contract/approval.ts'
import { Badge } from '../../ui/badge.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import type { DataColumn } from '../table/data-column.ts'
import { Utc } from '../utc.tsx'
import { APPROVAL_KIND, actorText, approvalWord } from './approval-words.ts'

export const approvalKey = ({ approvalId }: ApprovalView): string => approvalId

/** What the history shows of an act that took a second person. */
export const approvalColumns = (now: number): readonly DataColumn<ApprovalView>[] => [
  { name: 'What', cell: (one) => <What approval={one} />, text: ({ summary }) => summary },
  { name: 'Outcome', cell: ({ state }) => <Badge state={approvalWord(state)} />, text: ({ state }) => state },
  { name: 'Asked by', cell: ({ askedBy }) => actorText(askedBy), text: ({ askedBy }) => askedBy },
  { name: 'Asked', cell: ({ askedAt }) => <Utc at={askedAt} now={now} />, text: ({ askedAt }) => askedAt },
  { name: 'Decided by', cell: ({ decidedBy }) => (decidedBy === null ? '–' : actorText(decidedBy)), text: ({ decidedBy }) => decidedBy ?? '' },
  { name: 'Decided', cell: ({ decidedAt }) => <Utc at={decidedAt} now={now} />, text: ({ decidedAt }) => decidedAt ?? '' },
  { name: 'Id', hidden: true, cell: ({ approvalId }) => approvalId, text: ({ approvalId }) => approvalId },
]

const What = ({ approval: { kind, summary, reason } }: { readonly approval: ApprovalView }) => (
  <>
    {summary}
    <Sub>
      {APPROVAL_KIND[kind]}
      {reason === null ? null : `: ${reason}`}
    </Sub>
  </>
)
