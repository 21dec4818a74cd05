import type { NodeView } from '../../../shared/contract/node-admin.ts'
import { formatRelative } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { listHref } from '../address.ts'
import { Utc } from '../utc.tsx'
import { NODE_STATE, PRESENCE } from '../words.ts'

interface StandingCardProps {
  readonly node: NodeView
  readonly now: number
}

/** What it is, where it stands, and why. */
export const StandingCard = ({ node, now }: StandingCardProps) => (
  <Card title="Where it stands">
    <Facts
      rows={{
        State: NODE_STATE[node.state],
        Why: node.reason,
        Since: node.stateSince === null ? null : <Utc at={node.stateSince} now={now} />,
        'Quarantined until': untilOf(node, now),
        Presence: <Heard node={node} now={now} />,
        'Running now': node.running,
        Owner: node.owner === null ? 'In no fleet' : <a href={listHref('fleet', { owner: node.owner })}>{node.owner}</a>,
        Zone: node.zone === null ? 'Not known' : <a href={listHref('fleet', { zone: node.zone })}>{node.zone}</a>,
        Enrolled: <Utc at={node.enrolledAt} now={now} />,
        'Paid to': node.payoutAddress === null ? 'No address yet: what it earns is kept' : <CopyId value={node.payoutAddress} what="payout address" />,
        'Node id': <CopyId value={node.nodeId} what="node id" full />,
      }}
    />
  </Card>
)

const untilOf = ({ state, quarantinedUntil }: NodeView, now: number) => {
  if (state !== 'quarantined') return null
  return quarantinedUntil === null ? 'Somebody releases it' : <Utc at={quarantinedUntil} now={now} />
}

const Heard = ({ node: { presence, lastSeenAt }, now }: StandingCardProps) => (
  <>
    {PRESENCE[presence]}
    {lastSeenAt === null ? null : (
      <small>
        {' '}
        heard {formatRelative(lastSeenAt, now)}, <Utc at={lastSeenAt} now={now} />
      </small>
    )}
  </>
)
