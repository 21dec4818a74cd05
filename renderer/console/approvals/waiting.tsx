import { useQuery } from '@tanstack/react-query'
import type { ApprovalView } from '../../../shared/contract/approval.ts'
import { formatRelative } from '../../lib/format.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { useMe } from '../me.ts'
import { Part } from '../order/part.tsx'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { APPROVAL_KIND, actorText, isOwn } from './approval-words.ts'
import { Decide } from './decide.tsx'

const MOST = 200

/** What waits now, each with what would happen, until when, and whether one may decide it. */
export function Waiting() {
  const { client } = useServices()
  const waiting = useQuery({ queryKey: ['approvals', 'waiting'], queryFn: () => client.call('listApprovals', { waiting: true, after: null, limit: MOST }) })
  return (
    <Part title="Waiting">
      <Answered query={waiting} what="what waits" lines={4}>
        {({ items, next }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing waits for a second person.">Whoever asks for something that takes two is told so, and it appears here.</EmptyState>
          ) : (
            <>
              <Rows items={items} />
              {next === null ? null : <p>The newest {MOST} are shown. The others follow once these are decided.</p>}
            </>
          )
        }
      </Answered>
    </Part>
  )
}

function Rows({ items }: { readonly items: readonly ApprovalView[] }) {
  const now = useNow()
  const me = useMe()
  return (
    <LedgerTable
      caption="Waiting for a second person"
      columns={[{ name: 'What happens once it is approved' }, { name: 'Asked by' }, { name: 'Asked' }, { name: 'Waits until' }, { name: 'Decide' }]}
      rows={items.map((one) => ({
        key: one.approvalId,
        cells: [
          <What key="what" approval={one} />,
          isOwn(one, me) ? `${actorText(one.askedBy)} (you)` : actorText(one.askedBy),
          <Utc key="asked" at={one.askedAt} now={now} />,
          <Until key="until" at={one.expiresAt} now={now} />,
          <Decide key="decide" approval={one} />,
        ],
      }))}
    />
  )
}

const What = ({ approval: { kind, summary, approvalId } }: { readonly approval: ApprovalView }) => (
  <>
    {summary}
    <Sub>
      {APPROVAL_KIND[kind]} · <CopyId value={approvalId} what="id of the approval" />
    </Sub>
  </>
)

const Until = ({ at, now }: { readonly at: string; readonly now: number }) => (
  <>
    <Utc at={at} now={now} />
    <Sub>{formatRelative(at, now)}</Sub>
  </>
)
