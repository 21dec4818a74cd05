import { useQuery } from '@tanstack/react-query'
import type { NodeView } from '../../../shared/contract/node-admin.ts'
import { Badge } from '../../ui/badge.tsx'
import { Page } from '../../ui/page.tsx'
import { shortId } from '../../lib/format.ts'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { useKeptFocus } from '../picks/use-kept-focus.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { nodeWord } from '../words.ts'
import { CapabilitiesCard } from './capabilities-card.tsx'
import { NodeDecisions, NodeJobs, NodeLinks } from './node-about.tsx'
import { NodeDialog } from './node-dialog.tsx'
import { NODE_ORDERS, type NodeOrder } from './node-orders.ts'
import { SignalsCard } from './signals-card.tsx'
import { SiteCard } from './site-card.tsx'
import { StandingCard } from './standing-card.tsx'
import { TrustCard } from './trust-card.tsx'

/** One machine: where it stands and why, how far it is trusted, what it can do, and what has happened to it. */
export function NodePage({ nodeId }: { readonly nodeId: string }) {
  const { client } = useServices()
  const node = useQuery({ queryKey: ['nodes', 'node', nodeId], queryFn: () => client.call('getNode', { nodeId }) })
  return (
    <Page title={`Node ${shortId(nodeId)}`} above={<a href={hrefOf({ page: 'fleet' })}>All nodes</a>}>
      <Answered query={node} what="this node">
        {(found) => <NodeDetail node={found} />}
      </Answered>
    </Page>
  )
}

function NodeDetail({ node }: { readonly node: NodeView }) {
  const now = useNow()
  const mayWrite = useMay('fleet.write')
  const { nodeId } = node
  return (
    <>
      <p>
        <Badge state={nodeWord(node)} look="pill" />
      </p>
      {mayWrite ? <NodeVerbs node={node} /> : null}
      <StandingCard node={node} now={now} />
      <TrustCard node={node} now={now} />
      <CapabilitiesCard node={node} now={now} />
      <SignalsCard nodeId={nodeId} now={now} />
      <NodeJobs nodeId={nodeId} now={now} />
      <NodeDecisions nodeId={nodeId} now={now} />
      {node.zone?.startsWith('GB') === true ? <SiteCard nodeId={nodeId} now={now} /> : null}
      <NodeLinks nodeId={nodeId} />
    </>
  )
}

const ORDERS: Readonly<Record<NodeView['state'], readonly NodeOrder[]>> = {
  active: ['quarantine', 'remove'],
  probation: ['quarantine', 'release', 'remove'],
  quarantined: ['release', 'remove'],
  removed: [],
}

/** What can be done with a node as it stands. */
function NodeVerbs({ node: { nodeId, state } }: { readonly node: NodeView }) {
  useKeptFocus(state)
  if (ORDERS[state].length === 0) return null
  return (
    <Acts>
      {ORDERS[state].map((order) => (
        <Act key={order} label={`${NODE_ORDERS[order].verb}…`}>
          {(close) => <NodeDialog order={order} nodeIds={[nodeId]} close={close} />}
        </Act>
      ))}
    </Acts>
  )
}
