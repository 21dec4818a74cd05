import type { DepositView } from '../../../shared/contract/funding.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { DepositFilters, arrivedText, depositKey, stateColumn, useDepositFilters } from '../account/deposit-list.tsx'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { SignatureLink } from '../payouts/signature-link.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { DecideDeposit } from './decide-deposit.tsx'

const requesterHref = (requesterId: string): string => hrefOf({ page: 'ledger' }, new URLSearchParams({ account: `requester:${requesterId}` }))

const columns = (now: number): readonly DataColumn<DepositView>[] => [
  { name: 'Requester', cell: ({ requesterId }) => <a href={requesterHref(requesterId)}>{requesterId}</a>, text: ({ requesterId }) => requesterId },
  { name: 'Asked for', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  stateColumn,
  { name: 'Amount', align: 'end', cell: (one) => <Amount deposit={one} />, text: ({ microUsd }) => microUsd },
  {
    name: 'What arrived',
    cell: (one) => <Payments deposit={one} />,
    text: arrivedText,
  },
  { name: 'Deposit', hidden: true, cell: ({ depositId }) => <CopyId value={depositId} what="id of the deposit" />, text: ({ depositId }) => depositId },
]

const Amount = ({ deposit: { microUsd, asset, units } }: { readonly deposit: DepositView }) => (
  <>
    {formatUsd(microUsd)}
    <Sub>{formatArriving(asset, units)}</Sub>
  </>
)

function Payments({ deposit }: { readonly deposit: DepositView }) {
  const mayDecide = useMay('ledger.write')
  if (deposit.payments.length === 0) return <>Nothing yet</>
  return (
    <>
      {deposit.payments.map((payment) => (
        <div key={payment.signature}>
          {formatArriving(deposit.asset, payment.units)} <SignatureLink signature={payment.signature} cluster={deposit.cluster} />{' '}
          {payment.state === 'credited' ? `credited as ${formatUsd(payment.creditedMicroUsd)}` : payment.state}
          {payment.reason === null ? null : <Sub>{payment.reason}</Sub>}
          {payment.state === 'held' && mayDecide ? (
            <Acts>
              <Act label="Decide…" about={`the payment ${payment.signature}`}>
                {(close) => <DecideDeposit deposit={deposit} payment={payment} close={close} />}
              </Act>
            </Acts>
          ) : null}
        </div>
      ))}
    </>
  )
}

/** What requesters have paid in on Solana, and what of it waits to be decided. */
export function DepositsPart() {
  const { client } = useServices()
  const { filters, state } = useDepositFilters()
  const deposits = useRows({
    queryKey: ['ledger', 'deposits', state],
    fetchPage: (page) => client.call('listDeposits', { ...page, of: 'everybody', state }),
    keyOf: depositKey,
  })
  return (
    <>
      <DepositFilters filters={filters} />
      <DataTable
        what="deposits"
        source={deposits}
        columns={columns(useNow())}
        keyOf={depositKey}
        narrowed={filters}
        empty={{ title: 'Nobody has paid in on Solana yet.', text: 'A requester asks for a payment request under Account.' }}
      />
    </>
  )
}
