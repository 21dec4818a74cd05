import type { PayoutView } from '../../../shared/contract/payout.ts'
import { Id } from '../../../shared/contract/wire.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { shortId } from '../../lib/format.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { Badge } from '../../ui/badge.tsx'
import { ChoiceFilter, FilterBar, TextFilter } from '../filter-bar.tsx'
import { NODE } from '../filter-shapes.ts'
import { type FilterKinds, useFilters } from '../filters.ts'
import { Linked } from '../order/linked.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { PAYOUT_STATES, payoutWord } from './payout-words.ts'
import { SignatureLink } from './signature-link.tsx'

const FILTERS = {
  state: { choices: PAYOUT_STATES },
  node: { maxLength: 43, shape: NODE },
  batch: { maxLength: 64, shape: { schema: Id, like: 'the whole id of a batch' } },
} satisfies FilterKinds

const payoutKey = ({ payoutId }: PayoutView): string => payoutId
const entriesHref = (payoutId: string): string => hrefOf({ page: 'ledger' }, new URLSearchParams({ about: `payout:${payoutId}` }))

const columns = (now: number): readonly DataColumn<PayoutView>[] => [
  { name: 'Payout', cell: ({ payoutId }) => <a href={entriesHref(payoutId)}>{shortId(payoutId)}</a>, text: ({ payoutId }) => payoutId },
  { name: 'When', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  {
    name: 'Node',
    cell: ({ nodeId }) => (
      <Linked to={{ page: 'node', nodeId }} title={nodeId}>
        {shortId(nodeId)}
      </Linked>
    ),
    text: ({ nodeId }) => nodeId,
  },
  { name: 'State', cell: ({ state }) => <Badge state={payoutWord(state)} />, text: ({ state }) => state },
  { name: 'Earnings', align: 'end', cell: ({ microUsd }) => formatUsd(microUsd), text: ({ microUsd }) => microUsd },
  { name: 'Arrives', align: 'end', cell: ({ asset, amount }) => formatArriving(asset, amount), text: ({ asset, amount }) => `${amount} ${asset}` },
  {
    name: 'Transaction',
    cell: ({ signature, cluster }) => <SignatureLink signature={signature} cluster={cluster} />,
    text: ({ signature }) => signature ?? '',
  },
  { name: 'Fee', hidden: true, align: 'end', cell: ({ feeMicroUsd }) => formatUsd(feeMicroUsd), text: ({ feeMicroUsd }) => feeMicroUsd },
  { name: 'Address', hidden: true, cell: ({ address }) => <code>{address}</code>, text: ({ address }) => address },
  { name: 'Rate', hidden: true, cell: ({ rate }) => rate, text: ({ rate }) => rate },
  { name: 'Claim', hidden: true, cell: ({ claimId }) => claimId ?? 'By itself', text: ({ claimId }) => claimId ?? '' },
  { name: 'Tries', hidden: true, align: 'end', cell: ({ attempts }) => attempts, text: ({ attempts }) => String(attempts) },
]

/** Every payout, newest first, with the entries behind it. */
export function PayoutList() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const [state, node, batch] = [filters.all('state').join(','), filters.one('node'), filters.one('batch')]
  const payouts = useRows({
    queryKey: ['payouts', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listPayouts', {
        ...page,
        ...(state === '' ? {} : { state }),
        ...(node === null ? {} : { node }),
        ...(batch === null ? {} : { batch }),
      }),
    keyOf: payoutKey,
  })
  return (
    <>
      <FilterBar filters={filters}>
        <ChoiceFilter filters={filters} name="state" label="State" options={PAYOUT_STATES} />
        <TextFilter filters={filters} name="node" label="Node" placeholder="The whole id of a node" isSearch />
        <TextFilter filters={filters} name="batch" label="Transaction" placeholder="The id of a batch" />
      </FilterBar>
      <DataTable
        what="payouts"
        source={payouts}
        columns={columns(useNow())}
        keyOf={payoutKey}
        narrowed={filters}
        empty={{
          title: 'No payouts yet.',
          text: 'One is planned as soon as a node has confirmed earnings that are worth a transfer, or its owner asks for one.',
        }}
      />
    </>
  )
}
