import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { FileField } from '../../ui/file-field.tsx'
import prose from '../../ui/prose.module.css'
import { useFileDrop } from '../../ui/use-file-drop.ts'
import { useWindow } from '../window-state.ts'
import css from './receipts.module.css'

/** The way to check a receipt that is not one of this computer’s: chosen here, or dropped anywhere on the page. */
export function OpenFile() {
  const { setOpened } = useWindow()
  const open = (file: File) => {
    setOpened({ name: file.name, content: file })
    location.hash = hrefOf({ page: 'opened-receipt' })
  }
  useFileDrop(open)
  return (
    <div className={css['actions']}>
      <FileField label={t('Check a receipt file')} accept=".wfreceipt" onFile={open} />
      <span className={prose['small']}>{t('Or drop it anywhere on this page.')}</span>
    </div>
  )
}
