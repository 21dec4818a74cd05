import { useQuery } from '@tanstack/react-query'
import { Page } from '../../ui/page.tsx'
import { Answered } from '../answered.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { ViewLinks } from '../order/view-links.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { BatchList } from './batch-list.tsx'
import { PayoutList } from './payout-list.tsx'
import { PayoutStatusPart } from './payout-status.tsx'
import { RebuildPart } from './rebuild-part.tsx'
import { WaitingBatches } from './waiting-batches.tsx'

const LISTS = { payouts: 'Payouts', batches: 'Transactions', rebuild: 'Rebuild' } as const
const FILTERS = { list: { choices: Object.keys(LISTS) } } as const satisfies FilterKinds

const VIEWS = Object.entries(LISTS).map(([name, label]) => ({ name, label, href: hrefOf({ page: 'payouts' }, new URLSearchParams({ list: name })) }))

/** What leaves the hot wallet: whether it may, what waits for a second person, and what has gone to whom. */
export function PayoutsPage() {
  const { client } = useServices()
  const status = useQuery({ queryKey: ['payouts', 'status'], queryFn: () => client.call('getPayoutStatus', {}) })
  const list = useFilters(FILTERS).one('list') ?? 'payouts'
  return (
    <Page title="Payouts">
      <Answered query={status} what="how payouts stand">
        {(known) => <PayoutStatusPart status={known} />}
      </Answered>
      <WaitingBatches />
      <ViewLinks label="Lists of payouts" views={VIEWS} shown={list} />
      {list === 'payouts' ? <PayoutList /> : null}
      {list === 'batches' ? <BatchList cluster={status.data?.cluster ?? ''} /> : null}
      {list === 'rebuild' ? <RebuildPart cluster={status.data?.cluster ?? ''} /> : null}
    </Page>
  )
}
