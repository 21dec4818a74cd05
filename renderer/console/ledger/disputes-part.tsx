import type { DisputeView } from '../../../shared/contract/ledger.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { shortId } from '../../lib/format.ts'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { Part } from '../order/part.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { AccountLink } from './account-link.tsx'
import { DecideDispute, OpenDispute } from './dispute-orders.tsx'
import css from './ledger.module.css'

const disputeKey = ({ jobId }: DisputeView): string => jobId

const columns = (now: number, mayAct: boolean): readonly DataColumn<DisputeView>[] => [
  { name: 'Job', cell: ({ jobId }) => <a href={hrefOf({ page: 'job', jobId })}>{shortId(jobId)}</a>, text: ({ jobId }) => jobId },
  { name: 'Open since', cell: ({ openedAt }) => <Utc at={openedAt} now={now} />, text: ({ openedAt }) => openedAt },
  { name: 'Held', align: 'end', cell: ({ heldMicroUsd }) => formatUsd(heldMicroUsd), text: ({ heldMicroUsd }) => heldMicroUsd },
  { name: 'From', cell: (one) => <From dispute={one} />, text: ({ held }) => held.map(({ from, amount }) => `${from} ${amount}`).join('; ') },
  { name: 'Why', cell: ({ reason }) => reason ?? '–', text: ({ reason }) => reason ?? '' },
  ...(mayAct ? [{ name: 'Decide', cell: (one: DisputeView) => <Decide dispute={one} />, text: () => '' }] : []),
]

const From = ({ dispute: { held } }: { readonly dispute: DisputeView }) => (
  <ul className={css['lines']}>
    {held.map(({ from, amount }, index) => (
      <li key={index}>
        {formatUsd(amount)} of <AccountLink account={from} />
      </li>
    ))}
  </ul>
)

const Decide = ({ dispute }: { readonly dispute: DisputeView }) => (
  <Act label="Decide…" about={`the dispute about ${dispute.jobId}`}>
    {(close) => <DecideDispute dispute={dispute} close={close} />}
  </Act>
)

/** Money that is held until it is decided whose it is. */
export function DisputesPart() {
  const { client } = useServices()
  const mayAct = useMay('ledger.write')
  const disputes = useRows({ queryKey: ['ledger', 'disputes'], fetchPage: (page) => client.call('listDisputes', page), keyOf: disputeKey })
  return (
    <Part
      title="Open disputes"
      acts={
        mayAct ? (
          <Acts>
            <Act label="Open a dispute…">{(close) => <OpenDispute close={close} />}</Act>
          </Acts>
        ) : null
      }
    >
      <DataTable
        what="disputes"
        source={disputes}
        columns={columns(useNow(), mayAct)}
        keyOf={disputeKey}
        empty={{ title: 'Nothing is in dispute.', text: 'What a job came to can be held here until it is decided whether the node or the requester gets it.' }}
      />
    </Part>
  )
}
