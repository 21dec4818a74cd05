import type { QuorumView } from '../../../shared/contract/quorum.ts'
import { shortId } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { Utc } from '../utc.tsx'
import { VERDICT } from './job-words.ts'

const COLUMNS = [{ name: 'Machine' }, { name: 'Verdict' }, { name: 'Output, SHA-256' }, { name: 'When', show: 'wide' }] as const

/** How far the results that are compared agree. */
export function QuorumCard({ quorum, now }: { readonly quorum: QuorumView; readonly now: number }) {
  const { wanted, agree, atMost, askedBy, until, results } = quorum
  const seesFleet = useMay('fleet.read')
  return (
    <Card title="Results that are compared">
      <Facts
        rows={{
          Agree: `${agree} of ${wanted} that have to, ${atMost} results at most`,
          'Asked for by': askedBy === 'requester' ? 'The requester, who pays for each' : 'The coordinator, at its own expense',
          'Waits until': until === null ? null : <Utc at={until} now={now} />,
        }}
      />
      {results.length === 0 ? (
        <p>No result yet.</p>
      ) : (
        <LedgerTable
          caption="Results"
          columns={COLUMNS}
          rows={results.map(({ nodeId, proofId, outputSha256, at, verdict }) => ({
            key: proofId,
            cells: [
              seesFleet ? (
                <a key="node" href={hrefOf({ page: 'node', nodeId })}>
                  {shortId(nodeId)}
                </a>
              ) : (
                shortId(nodeId)
              ),
              VERDICT[verdict],
              <CopyId key="output" value={outputSha256} what="hash of the output" />,
              <Utc key="at" at={at} now={now} />,
            ],
          }))}
        />
      )}
    </Card>
  )
}
