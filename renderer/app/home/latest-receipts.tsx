import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useReceipts } from '../queries.ts'
import { ReceiptTable } from '../../ui/receipt-table.tsx'

const SHOWN = 5

export function LatestReceipts() {
  const receipts = useReceipts()
  const now = useNow()
  return (
    <Card title={t('Latest receipts')} aside={<a href={hrefOf({ page: 'receipts' })}>{t('All receipts')}</a>}>
      <Loaded query={receipts} what={t('your receipts')} skeleton={<SkeletonLines count={3} />}>
        {(items) =>
          items.length === 0 ? (
            <p className={prose['small']}>{t('No receipts yet. The first one appears when your first job is checked, usually a few minutes after it ends.')}</p>
          ) : (
            <ReceiptTable receipts={items.slice(0, SHOWN)} now={now} />
          )
        }
      </Loaded>
    </Card>
  )
}
