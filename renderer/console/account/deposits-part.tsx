import type { DepositView } from '../../../shared/contract/funding.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { Sub } from '../../ui/ledger-table.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useMay } from '../me.ts'
import { Act } from '../order/acts.tsx'
import { Part } from '../order/part.tsx'
import { SignatureLink } from '../payouts/signature-link.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { AwaitedDeposit } from './awaited-deposit.tsx'
import { DepositFilters, arrivedText, depositKey, stateColumn, useDepositFilters } from './deposit-list.tsx'
import { RequestDeposit } from './request-deposit.tsx'

/** The one that is shown in full; not what the list is narrowed by. */
const SHOWN = { deposit: { maxLength: 64 } } as const satisfies FilterKinds

const depositHref = (deposit: string): string => hrefOf({ page: 'account' }, new URLSearchParams({ deposit }))

const columns = (now: number): readonly DataColumn<DepositView>[] => [
  {
    name: 'Asked for',
    cell: ({ depositId, createdAt }) => (
      <a href={depositHref(depositId)}>
        <Utc at={createdAt} now={now} />
      </a>
    ),
    text: ({ createdAt }) => createdAt,
  },
  { name: 'Amount', align: 'end', cell: ({ microUsd }) => formatUsd(microUsd), text: ({ microUsd }) => microUsd },
  { name: 'To pay', align: 'end', cell: ({ asset, units }) => formatArriving(asset, units), text: ({ asset, units }) => `${units} ${asset}` },
  stateColumn,
  {
    name: 'What arrived',
    cell: (one) => <Arrived deposit={one} />,
    text: arrivedText,
  },
  { name: 'Deposit', hidden: true, cell: ({ depositId }) => depositId, text: ({ depositId }) => depositId },
]

const Arrived = ({ deposit: { payments, asset, cluster } }: { readonly deposit: DepositView }) =>
  payments.length === 0 ? (
    <>–</>
  ) : (
    <>
      {payments.map(({ signature, units, state, reason }) => (
        <div key={signature}>
          {formatArriving(asset, units)} {state} <SignatureLink signature={signature} cluster={cluster} />
          {reason === null ? null : <Sub>{reason}</Sub>}
        </div>
      ))}
    </>
  )

/** What was paid in on Solana or is awaited, and how more is. */
export function DepositsPart() {
  const { client } = useServices()
  const mayPay = useMay('account.write')
  const { filters, state } = useDepositFilters()
  const shown = useFilters(SHOWN).one('deposit')
  const deposits = useRows({
    queryKey: ['ledger', 'own-deposits', state],
    fetchPage: (page) => client.call('listDeposits', { ...page, of: 'me', state }),
    keyOf: depositKey,
  })
  return (
    <>
      {shown !== null && /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(shown) ? <AwaitedDeposit key={shown} depositId={shown} /> : null}
      <Part
        title="Deposits"
        acts={
          mayPay ? (
            <Act label="Pay in…" look="primary">
              {(close) => <RequestDeposit close={close} />}
            </Act>
          ) : null
        }
      >
        <DepositFilters filters={filters} />
        <DataTable
          what="deposits"
          source={deposits}
          columns={columns(useNow())}
          keyOf={depositKey}
          narrowed={filters}
          empty={{ title: 'Nothing was paid in on Solana yet.', text: 'Pay in makes a request that any Solana wallet can pay.' }}
        />
      </Part>
    </>
  )
}
