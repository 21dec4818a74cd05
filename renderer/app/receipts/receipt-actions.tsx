import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import css from './receipts.module.css'
import type { Check } from './use-verification.ts'

interface ReceiptActionsProps {
  readonly receiptId: string
  readonly bundle: ReceiptBundle
  readonly check: Check
}

export const ReceiptActions = ({ receiptId, bundle, check }: ReceiptActionsProps) => (
  <div className={css['actions']}>
    <Button
      look="primary"
      onClick={() => saveFile({ name: `${receiptId}.wfreceipt`, type: 'application/vnd.windfall.receipt+json', text: JSON.stringify(bundle) })}
    >
      {t('Export .wfreceipt')}
    </Button>
    <Button onClick={check.again} disabled={check.result === null && check.error === null}>
      {t('Check again')}
    </Button>
    <CopyId value={receiptId} what={t('receipt id')} />
  </div>
)
