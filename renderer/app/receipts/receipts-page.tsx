import { useState } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { RECEIPT_COLUMNS, type ReceiptRow, receiptRow } from '../../ui/receipt-table.tsx'
import { ShowOlder } from '../../ui/show-older.tsx'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useReceipts } from '../queries.ts'
import { CheckAllBar, FailedTable, type Shown } from './check-all-bar.tsx'
import { OpenFile } from './open-file.tsx'
import { useReceiptSearch } from './receipt-search.ts'
import { SearchForm } from './search-form.tsx'
import { useCheckAll } from './use-check-all.ts'

export function ReceiptsPage() {
  const state = useReceiptSearch()
  const receipts = useReceipts(state.search)
  const now = useNow()
  const run = useCheckAll(state.search)
  const [wanted, setShown] = useState<Shown>('all')
  const shown = run.check?.failed.length ? wanted : 'all'
  return (
    <Page title={t('Receipts')}>
      <p className={prose['lead']}>
        {t(
          'A receipt states the energy a job took and the emissions that go with it. Open one to check its signatures, sums and log entry on this computer, without trusting anyone’s word.',
        )}
      </p>
      <OpenFile />
      <SearchForm state={state} />
      <Loaded query={receipts} what={t('your receipts')} skeleton={<SkeletonLines count={6} />}>
        {(items) =>
          items.length === 0 ? (
            <NoReceipts isSearching={state.isSearching} />
          ) : (
            <>
              <CheckAllBar run={run} shown={shown} show={setShown} />
              {shown === 'failed' && run.check ? (
                <FailedTable failed={run.check.failed} now={now} />
              ) : (
                <>
                  <VirtualTable
                    caption={t('Receipts, newest first')}
                    columns={RECEIPT_COLUMNS}
                    count={items.length}
                    rowAt={(index) => receiptRow(items[index] as ReceiptRow, now)}
                    hasMore={receipts.hasNextPage}
                    loadMore={() => void receipts.fetchNextPage({ cancelRefetch: false })}
                  />
                  <ShowOlder query={receipts} />
                </>
              )}
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

const NoReceipts = ({ isSearching }: { isSearching: boolean }) =>
  isSearching ? (
    <EmptyState title={t('No receipt of this computer matches.')}>
      {t('Every word has to be part of the receipt’s id, its job, zone, model or one of its hashes. Look for less, or show all.')}
    </EmptyState>
  ) : (
    <EmptyState title={t('No receipts yet.')}>{t('The first one appears when your first job is checked, usually a few minutes after it ends.')}</EmptyState>
  )
