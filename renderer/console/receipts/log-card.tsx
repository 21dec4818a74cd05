import { useQuery } from '@tanstack/react-query'
import { TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { Part } from '../order/part.tsx'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'

/** Anchors are few: one for each stretch in which something was issued. */
const NEWEST = 20

/** The public log that every receipt is in: its newest signed head, and where it is anchored on chain. */
export function LogCard() {
  const { client } = useServices()
  const now = useNow()
  const head = useQuery({ queryKey: ['receipts', 'log head'], queryFn: () => client.call('treeHead', {}) })
  const anchors = useQuery({ queryKey: ['receipts', 'anchors'], queryFn: () => client.call('logAnchors', { limit: 1_000 }) })
  return (
    <Part title="The log of receipts">
      <Answered query={head} what="the head of the log" lines={2}>
        {({ treeHead }) => {
          const said = TreeHead.safeParse(payloadOf(treeHead)).data
          return said === undefined ? (
            <EmptyState title="The newest head cannot be read.">It is of a newer version than this page. Load the page anew.</EmptyState>
          ) : (
            <Facts
              rows={{
                Receipts: said.treeSize,
                'Root hash': <CopyId value={said.rootHash} what="root hash" />,
                Signed: <Utc at={said.at} now={now} />,
              }}
            />
          )
        }}
      </Answered>
      <Answered query={anchors} what="the anchors of the log" lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Not anchored on chain yet.">
              It is anchored some time after the first receipt; the log is signed and public all the same.
            </EmptyState>
          ) : (
            <LedgerTable
              caption="Anchors on chain, newest first"
              columns={[{ name: 'Receipts', align: 'end' }, { name: 'Planned' }, { name: 'Transaction' }]}
              rows={items
                .toReversed()
                .slice(0, NEWEST)
                .map(({ treeSize, plannedAt, anchor }) => ({
                  key: String(treeSize),
                  cells: [
                    treeSize,
                    <Utc key="at" at={plannedAt} now={now} />,
                    anchor === null ? 'not final yet' : <CopyId key="signature" value={anchor.signature} what="signature" />,
                  ],
                }))}
            />
          )
        }
      </Answered>
      <p className={prose['small']}>
        To find out whether anything in the log was ever changed, replay it elsewhere: <code>windfall log audit</code>. To check receipts in bulk:{' '}
        <code>windfall receipt export</code>.
      </p>
    </Part>
  )
}
