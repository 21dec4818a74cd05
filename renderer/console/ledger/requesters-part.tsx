import type { RequesterView } from '../../../shared/contract/requester.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { Sub } from '../../ui/ledger-table.tsx'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { ChargeBack, Credit, PayBack } from './requester-orders.tsx'

const requesterKey = ({ requesterId }: RequesterView): string => requesterId

const columns = (now: number, mayAct: boolean): readonly DataColumn<RequesterView>[] => [
  { name: 'Requester', cell: (one) => <Name requester={one} />, text: ({ requesterId }) => requesterId },
  { name: 'Balance', align: 'end', cell: ({ balanceMicroUsd }) => formatUsd(balanceMicroUsd), text: ({ balanceMicroUsd }) => balanceMicroUsd },
  { name: 'Since', show: 'wide', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  ...(mayAct ? [{ name: 'Money', cell: (one: RequesterView) => <Orders requester={one} />, text: () => '' }] : []),
]

const Name = ({ requester: { requesterId, name } }: { readonly requester: RequesterView }) => (
  <>
    <a href={hrefOf({ page: 'ledger' }, new URLSearchParams({ part: 'transactions', account: `requester:${requesterId}` }))}>{requesterId}</a>
    <Sub>{name}</Sub>
  </>
)

const Orders = ({ requester }: { readonly requester: RequesterView }) => {
  const about = `for ${requester.requesterId}`
  return (
    <Acts>
      <Act label="Credit…" look="quiet" about={about}>
        {(close) => <Credit requester={requester} close={close} />}
      </Act>
      <Act label="Pay back…" look="quiet" about={about}>
        {(close) => <PayBack requester={requester} close={close} />}
      </Act>
      <Act label="Charge back…" look="quiet" about={about}>
        {(close) => <ChargeBack requester={requester} close={close} />}
      </Act>
    </Acts>
  )
}

/** Everybody's prepaid money, and what is ordered about it. */
export function RequestersPart() {
  const { client } = useServices()
  const mayAct = useMay('ledger.write')
  const requesters = useRows({ queryKey: ['requesters', 'money'], fetchPage: (page) => client.call('listRequesters', page), keyOf: requesterKey })
  return (
    <DataTable
      what="requesters"
      source={requesters}
      columns={columns(useNow(), mayAct)}
      keyOf={requesterKey}
      empty={{ title: 'Nobody submits jobs here yet.', text: 'An operator lets somebody: windfall requester add.' }}
    />
  )
}
