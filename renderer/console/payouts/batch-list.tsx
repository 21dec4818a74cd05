import type { PayoutBatchView } from '../../../shared/contract/payout-admin.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { shortId } from '../../lib/format.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { ChoiceFilter, FilterBar } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { BATCH_KIND, PAYOUT_STATES, payoutWord } from './payout-words.ts'
import { Recipients } from './recipients.tsx'
import { SignatureLink } from './signature-link.tsx'

const FILTERS = { state: { choices: PAYOUT_STATES }, kind: { choices: Object.keys(BATCH_KIND) } } as const satisfies FilterKinds

const batchKey = ({ batchId }: PayoutBatchView): string => batchId

const columns = (now: number, cluster: string): readonly DataColumn<PayoutBatchView>[] => [
  { name: 'Transaction', cell: ({ batchId }) => <CopyId value={batchId} what="id of the batch" />, text: ({ batchId }) => batchId },
  { name: 'Prepared', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  { name: 'Kind', cell: ({ kind }) => BATCH_KIND[kind], text: ({ kind }) => kind },
  { name: 'State', cell: (batch) => <State batch={batch} />, text: ({ state }) => state },
  { name: 'Nodes', align: 'end', cell: (batch) => <Recipients batch={batch} />, text: ({ recipients }) => String(recipients) },
  { name: 'Earnings', align: 'end', cell: ({ microUsd }) => formatUsd(microUsd), text: ({ microUsd }) => microUsd },
  { name: 'Sent', align: 'end', cell: ({ asset, amount }) => formatArriving(asset, amount), text: ({ asset, amount }) => `${amount} ${asset}` },
  { name: 'Signature', cell: ({ signature }) => <SignatureLink signature={signature} cluster={cluster} />, text: ({ signature }) => signature ?? '' },
  { name: 'Approved by', hidden: true, cell: ({ approvedBy }) => approvedBy.join(', ') || '–', text: ({ approvedBy }) => approvedBy.join(' ') },
  { name: 'Memo', hidden: true, cell: ({ memo }) => <code title={memo}>{shortId(memo)}</code>, text: ({ memo }) => memo },
  { name: 'Tries', hidden: true, align: 'end', cell: ({ attempts }) => attempts, text: ({ attempts }) => String(attempts) },
]

const State = ({ batch: { state, failure } }: { readonly batch: PayoutBatchView }) => (
  <>
    <Badge state={payoutWord(state)} />
    {failure === null ? null : <Sub>{failure}</Sub>}
  </>
)

/** Every transaction of the hot wallet, newest first. */
export function BatchList({ cluster }: { readonly cluster: string }) {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const [state, kind] = [filters.all('state').join(','), filters.all('kind').join(',')]
  const batches = useRows({
    queryKey: ['payouts', 'batches', filters.key],
    fetchPage: (page) => client.call('listPayoutBatches', { ...page, waiting: false, ...(state === '' ? {} : { state }), ...(kind === '' ? {} : { kind }) }),
    keyOf: batchKey,
  })
  return (
    <>
      <FilterBar filters={filters}>
        <ChoiceFilter filters={filters} name="state" label="State" options={PAYOUT_STATES} />
        <ChoiceFilter filters={filters} name="kind" label="Kind" options={Object.entries(BATCH_KIND).map(([value, label]) => ({ value, label }))} />
      </FilterBar>
      <DataTable
        what="transactions"
        source={batches}
        columns={columns(useNow(), cluster)}
        keyOf={batchKey}
        narrowed={filters}
        empty={{ title: 'No transactions yet.', text: 'The hot wallet has not sent anything.' }}
      />
    </>
  )
}
