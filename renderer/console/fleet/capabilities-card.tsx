import { useQuery } from '@tanstack/react-query'
import type { NodeView } from '../../../shared/contract/node-admin.ts'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { useServices } from '../services.ts'
import { Utc } from '../utc.tsx'
import { capabilityChanges, capabilityFacts } from './capability-changes.ts'

const LIMIT = 100
const COLUMNS = [{ name: 'When' }, { name: 'What changed' }] as const

/** What it can do, as it says itself, and how that has changed. */
export function CapabilitiesCard({ node: { nodeId, capabilities }, now }: { readonly node: NodeView; readonly now: number }) {
  const { client } = useServices()
  const history = useQuery({ queryKey: ['nodes', 'history', nodeId], queryFn: () => client.call('getNodeHistory', { nodeId, after: null, limit: LIMIT }) })
  return (
    <Card title="What it can do" aside="by its own word">
      {capabilities === null ? <p>It has not said yet.</p> : <Facts rows={capabilityFacts(capabilities)} />}
      <Answered query={history} what="what it could do before" lines={3}>
        {({ items, next }) =>
          items.length === 0 ? null : (
            <>
              <LedgerTable
                caption="Changes of what it can do, newest first"
                columns={COLUMNS}
                rows={capabilityChanges(items).map(({ version, recordedAt, changes, isFirst }) => ({
                  key: String(version),
                  cells: [
                    <Utc key="at" at={recordedAt} now={now} />,
                    isFirst ? 'It said what it can do for the first time' : changes.join('; ') || 'Nothing that is shown',
                  ],
                }))}
              />
              {next === null ? null : <p>Earlier changes: windfall node show {nodeId} --history</p>}
            </>
          )
        }
      </Answered>
    </Card>
  )
}
