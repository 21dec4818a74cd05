import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PayoutBatchView } from '../../../shared/contract/payout-admin.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { actorText, isOwn } from '../approvals/approval-words.ts'
import { useMay, useMe } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { Part } from '../order/part.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { Recipients } from './recipients.tsx'
import { approvalsMissing, meanOf } from './payout-words.ts'

const MOST = 200
const CHANGES = ['payouts', 'ledger', 'decisions', 'acts'] as const

/** Batches so large that nobody lets them go alone. Not there while there are none. */
export function WaitingBatches() {
  const { client } = useServices()
  const waiting = useQuery({
    queryKey: ['payouts', 'waiting'],
    queryFn: () => client.call('listPayoutBatches', { waiting: true, after: null, limit: MOST }),
  })
  return (
    <Answered query={waiting} what="the batches that wait" lines={2}>
      {({ items }) =>
        items.length === 0 ? null : (
          <Part title="Waiting for approval">
            <Rows batches={items} />
            <p>
              <a href={hrefOf({ page: 'payouts' }, new URLSearchParams({ list: 'payouts', state: 'planned' }))}>Planned payouts, one by one</a>
            </p>
          </Part>
        )
      }
    </Answered>
  )
}

function Rows({ batches }: { readonly batches: readonly PayoutBatchView[] }) {
  const now = useNow()
  return (
    <LedgerTable
      caption="Batches that wait for approval"
      columns={[{ name: 'Batch' }, { name: 'Nodes', align: 'end' }, { name: 'Money', align: 'end' }, { name: 'Approved' }, { name: 'Decide' }]}
      rows={batches.map((batch) => ({
        key: batch.batchId,
        cells: [
          <Prepared key="batch" batch={batch} now={now} />,
          <Recipients key="nodes" batch={batch} />,
          <Money key="money" batch={batch} />,
          `${batch.approvedBy.length} of ${batch.approvalsNeeded}${batch.approvedBy.length === 0 ? '' : `: ${batch.approvedBy.map(actorText).join(', ')}`}`,
          <Decide key="decide" batch={batch} />,
        ],
      }))}
    />
  )
}

const Prepared = ({ batch: { batchId, createdAt, rate }, now }: { readonly batch: PayoutBatchView; readonly now: number }) => (
  <>
    <CopyId value={batchId} what="id of the batch" />
    <Sub>
      Prepared <Utc at={createdAt} now={now} />; {rate}
    </Sub>
  </>
)

const Money = ({ batch }: { readonly batch: PayoutBatchView }) => (
  <>
    {formatUsd(batch.microUsd)}
    <Sub>{formatArriving(batch.asset, batch.amount)}</Sub>
    <Sub>{formatUsd(meanOf(batch))} each on the mean</Sub>
  </>
)

function Decide({ batch }: { readonly batch: PayoutBatchView }) {
  const me = useMe()
  if (!useMay('payouts.approve')) return <>Somebody who looks after money</>
  const isApproved = approvalsMissing(batch) === 0
  const isMine = batch.approvedBy.some((askedBy) => isOwn({ askedBy }, me))
  return (
    <Acts>
      {isApproved ? <span>Approved: it is signed as soon as nothing above stands in the way.</span> : null}
      {isMine && !isApproved ? <span>You have approved it. Somebody else has to, too.</span> : null}
      {isMine || isApproved ? null : (
        <Act label="Approve…" look="primary" about={`batch ${batch.batchId}`}>
          {(close) => <Approve batch={batch} close={close} />}
        </Act>
      )}
      <Act label="Reject…" about={`batch ${batch.batchId}`}>
        {(close) => <Reject batch={batch} close={close} />}
      </Act>
    </Acts>
  )
}

interface DecideProps {
  readonly batch: PayoutBatchView
  readonly close: () => void
}

const whatOf = ({ microUsd, recipients }: PayoutBatchView): string => `${formatUsd(microUsd)} to ${recipients} ${recipients === 1 ? 'node' : 'nodes'}`

function Approve({ batch, close }: DecideProps) {
  const { client } = useServices()
  const others = approvalsMissing(batch) - 1
  return (
    <OrderDialog
      title="Let this batch go?"
      verb={`Approve ${formatUsd(batch.microUsd)}`}
      run={() => client.call('approvePayout', { batchId: batch.batchId })}
      done={(now) => (approvalsMissing(now) === 0 ? 'Approved. It is signed and sent next.' : 'Approved. Somebody else has to approve it, too.')}
      changes={CHANGES}
      close={close}
    >
      <p>
        <strong>{whatOf(batch)}</strong> ({formatArriving(batch.asset, batch.amount)}; {batch.rate}).
      </p>
      <p>
        {others > 0
          ? `${others} more of those who may have to approve it before it goes.`
          : 'With you enough have approved it: it is signed and sent next, and what has been sent does not come back.'}
      </p>
    </OrderDialog>
  )
}

function Reject({ batch, close }: DecideProps) {
  const { client } = useServices()
  const [reason, setReason] = useState('')
  return (
    <OrderDialog
      title="Reject this batch?"
      verb={`Reject ${formatUsd(batch.microUsd)}`}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={() => client.call('rejectPayout', { batchId: batch.batchId, reason: reason.trim() })}
      done={() => 'Rejected. The nodes have their money back in the books.'}
      changes={CHANGES}
      close={close}
    >
      <p>
        <strong>{whatOf(batch)}</strong> does not go. It is confirmed money of the nodes again and is planned anew, so pause payouts if that is not wanted.
      </p>
      <Fields>
        <TextField label="Reason" value={reason} change={setReason} />
      </Fields>
    </OrderDialog>
  )
}
