import type { NodeSummary } from '../../../shared/contract/node-admin.ts'
import { formatPercent, formatRelative, shortId } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { hrefOf } from '../routes.ts'
import type { DataColumn } from '../table/data-column.ts'
import { Utc } from '../utc.tsx'
import { nodeWord } from '../words.ts'

export const nodeKey = ({ nodeId }: NodeSummary): string => nodeId

/** What the fleet shows of a node. */
export const nodeColumns = (now: number): readonly DataColumn<NodeSummary>[] => [
  { name: 'Node', cell: ({ nodeId }) => <a href={hrefOf({ page: 'node', nodeId })}>{shortId(nodeId)}</a>, text: ({ nodeId }) => nodeId },
  { name: 'Zone', cell: ({ zone }) => zone ?? '–', text: ({ zone }) => zone ?? '' },
  { name: 'GPU', cell: ({ gpus }) => gpus.join(', ') || 'None', text: ({ gpus }) => gpus.join(', ') },
  { name: 'State', cell: (node) => <Badge state={nodeWord(node)} />, text: ({ state }) => state },
  { name: 'Presence', hidden: true, cell: ({ presence }) => presence, text: ({ presence }) => presence },
  { name: 'Reason', show: 'wide', cell: ({ reason }) => reason ?? '–', text: ({ reason }) => reason ?? '' },
  { name: 'Running', align: 'end', cell: ({ running }) => running, text: ({ running }) => String(running) },
  { name: 'Trust', align: 'end', cell: ({ reputation }) => formatPercent(reputation), text: ({ reputation }) => String(reputation) },
  { name: 'Owner', show: 'wide', cell: ({ owner }) => owner ?? '–', text: ({ owner }) => owner ?? '' },
  {
    name: 'Last seen',
    cell: ({ lastSeenAt }) => (lastSeenAt === null ? '–' : <span title={lastSeenAt}>{formatRelative(lastSeenAt, now)}</span>),
    text: ({ lastSeenAt }) => lastSeenAt ?? '',
  },
  { name: 'Enrolled', hidden: true, cell: ({ enrolledAt }) => <Utc at={enrolledAt} now={now} />, text: ({ enrolledAt }) => enrolledAt },
]
