import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
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
    <Button look="primary" onClick={() => saveFile(`${receiptId}.wfreceipt`, JSON.stringify(bundle))}>
      Export .wfreceipt
    </Button>
    <Button onClick={check.again} disabled={check.result === null && check.error === null}>
      Check again
    </Button>
    <CopyId value={receiptId} what="receipt id" />
  </div>
)

/** Hands the owner a file. The address lives only as long as the click. */
function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/vnd.windfall.receipt+json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
