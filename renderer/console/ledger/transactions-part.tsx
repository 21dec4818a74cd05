import { z } from 'zod'
import type { LedgerTransactionView } from '../../../shared/contract/ledger.ts'
import { FilterBar, TextFilter } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useSeesAll } from '../me.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { AccountLink } from './account-link.tsx'
import css from './ledger.module.css'
import { amountText, kindText } from './ledger-words.ts'
import { TransactionLinks } from './transaction-links.tsx'

const ACCOUNT = { schema: z.string().regex(/^[a-z][a-z-]{0,29}(?::[A-Za-z0-9_-]{1,80}){1,2}$/), like: 'an account such as platform:revenue or node:ID' }
const KIND = { schema: z.string().regex(/^[a-z][a-z-]{0,59}(?:,[a-z][a-z-]{0,59}){0,9}$/), like: 'one or more kinds such as close,payout-closed' }
const FILTERS = {
  account: { maxLength: 200, shape: ACCOUNT },
  kind: { maxLength: 200, shape: KIND },
  since: { maxLength: 10 },
  until: { maxLength: 10 },
} satisfies FilterKinds

const transactionKey = ({ transactionId }: LedgerTransactionView): string => transactionId
const entriesHref = ({ transactionId }: LedgerTransactionView): string =>
  hrefOf({ page: 'ledger' }, new URLSearchParams({ about: `transaction:${transactionId}` }))

const columns = (now: number): readonly DataColumn<LedgerTransactionView>[] => [
  { name: 'What', cell: (one) => <a href={entriesHref(one)}>{kindText(one.kind)}</a>, text: ({ kind }) => kind },
  { name: 'When', cell: ({ at }) => <Utc at={at} now={now} />, text: ({ at }) => at },
  {
    name: 'Lines',
    cell: (one) => <Lines transaction={one} />,
    text: ({ transfers }) => transfers.map(({ from, to, asset, amount }) => `${amount} ${asset} ${from} > ${to}`).join('; '),
  },
  { name: 'About', cell: ({ transactionId }) => <TransactionLinks transactionId={transactionId} />, text: ({ transactionId }) => transactionId },
  { name: 'Note', cell: ({ note }) => note ?? '–', text: ({ note }) => note ?? '', show: 'wide' },
]

const SHOWN = 6

const Lines = ({ transaction }: { readonly transaction: LedgerTransactionView }) => (
  <ul className={css['lines']}>
    {transaction.transfers.slice(0, SHOWN).map(({ from, to, asset, amount }, index) => (
      <li key={index}>
        <strong>{amountText({ asset, amount })}</strong> from <AccountLink account={from} /> to <AccountLink account={to} />
      </li>
    ))}
    {transaction.transfers.length > SHOWN ? (
      <li>
        <a href={entriesHref(transaction)}>and {transaction.transfers.length - SHOWN} more</a>
      </li>
    ) : null}
  </ul>
)

/** What was booked, newest first: of all accounts, or what changed one's own money. */
export function TransactionsPart() {
  const { client } = useServices()
  const seesAll = useSeesAll('account.read')
  const filters = useFilters(FILTERS)
  const [account, kind] = [filters.one('account'), filters.one('kind')]
  const { since, until } = betweenDays(filters.one('since'), filters.one('until'))
  const asked = {
    ...(account === null ? {} : { account }),
    ...(kind === null ? {} : { kind }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
  }
  const transactions = useRows({
    queryKey: ['ledger', 'transactions', filters.key],
    fetchPage: (page) => client.call('listTransactions', { ...page, ...asked }),
    keyOf: transactionKey,
  })
  return (
    <>
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="account" label="Account" placeholder="platform:revenue, node:ID, job:ID" isSearch />
        <TextFilter filters={filters} name="kind" label="Kind" placeholder="close,payout-closed" />
        <DayFilter filters={filters} name="since" label="From (UTC day)" />
        <DayFilter filters={filters} name="until" label="To (UTC day)" />
      </FilterBar>
      <DataTable
        what="transactions"
        source={transactions}
        columns={columns(useNow())}
        keyOf={transactionKey}
        narrowed={filters}
        empty={{
          title: 'Nothing was booked yet.',
          text: seesAll ? 'The first entry is made when somebody pays in.' : 'The first entry is made when you pay in: see Account.',
        }}
      />
    </>
  )
}
