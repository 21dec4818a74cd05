import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { ReceiptTable } from '../../ui/receipt-table.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useReceipts } from '../queries.ts'

export function ReceiptsPage() {
  const receipts = useReceipts()
  const now = useNow()
  return (
    <Page title="Receipts">
      <p className={prose['lead']}>
        A receipt states the energy a job took and the emissions that go with it. Open one to check its signatures, sums and log entry on this computer, without
        trusting anyone’s word.
      </p>
      <Loaded query={receipts} what="your receipts" skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No receipts yet.">The first one appears when your first job is checked, usually a few minutes after it ends.</EmptyState>
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
