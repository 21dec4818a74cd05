import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { Utc } from '../utc.tsx'

const LIMIT = 50
const COLUMNS = [{ name: 'When' }, { name: 'What was unlikely' }, { name: 'Job' }, { name: 'Proof', show: 'wide' }] as const

/** What was unlikely about its proofs. Each by itself is no fault. */
export function SignalsCard({ nodeId, now }: { readonly nodeId: string; readonly now: number }) {
  const { client } = useServices()
  const signals = useQuery({ queryKey: ['nodes', 'signals', nodeId], queryFn: () => client.call('listSoftSignals', { nodeId, after: null, limit: LIMIT }) })
  return (
    <Card title="Unlikely proofs">
      <Answered query={signals} what="what was unlikely about its proofs" lines={2}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p>None: nothing about its proofs was unlikely.</p>
          ) : (
            <>
              <LedgerTable
                caption="Unlikely proofs, newest first"
                columns={COLUMNS}
                rows={items.map(({ signalId, at, message, jobId, proofId }) => ({
                  key: signalId,
                  cells: [
                    <Utc key="at" at={at} now={now} />,
                    message,
                    <a key="job" href={hrefOf({ page: 'job', jobId })}>
                      {jobId}
                    </a>,
                    <CopyId key="proof" value={proofId} what="proof id" />,
                  ],
                }))}
              />
              {next === null ? null : (
                <p>
                  The newest {LIMIT}. All of them: windfall node signals {nodeId}
                </p>
              )}
            </>
          )
        }
      </Answered>
    </Card>
  )
}
