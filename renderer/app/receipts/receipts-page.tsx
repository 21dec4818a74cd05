import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { ReceiptTable } from '../../ui/receipt-table.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useReceipts } from '../queries.ts'
import { useReceiptSearch } from './receipt-search.ts'
import { SearchForm } from './search-form.tsx'

export function ReceiptsPage() {
  const state = useReceiptSearch()
  const receipts = useReceipts(state.search)
  const now = useNow()
  return (
    <Page title="Receipts">
      <p className={prose['lead']}>
        A receipt states the energy a job took and the emissions that go with it. Open one to check its signatures, sums and log entry on this computer, without
        trusting anyone’s word.
      </p>
      <SearchForm state={state} />
      <Loaded query={receipts} what="your receipts" skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <NoReceipts isSearching={state.isSearching} />
          ) : (
            <>
              <ReceiptTable receipts={items} now={now} />
              <ShowOlder query={receipts} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

const NoReceipts = ({ isSearching }: { isSearching: boolean }) =>
  isSearching ? (
    <EmptyState title="No receipt of this computer matches.">
      Every word has to be part of the receipt’s id, its job, zone, model or one of its hashes. Look for less, or show all.
    </EmptyState>
  ) : (
    <EmptyState title="No receipts yet.">The first one appears when your first job is checked, usually a few minutes after it ends.</EmptyState>
  )
