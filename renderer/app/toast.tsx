import { useEffect } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { Button } from '../ui/button.tsx'
import { useServices } from './services.ts'
import css from '../ui/toast.module.css'
import { UndoOffer } from './undo-line.tsx'
import { useUndo } from './use-undo.ts'
import { useWindow } from './window-state.ts'

const SHOWN_MS = 6_000

/** What was done and the way back, or what to say, where the page in sight has no place for it. Said aloud; a problem stays until it is closed. */
export function Toast() {
  const { clock } = useServices()
  const { notice, tell } = useWindow()
  const undo = useUndo()
  const offer = undo.offer !== null && !undo.hasPlace ? undo.offer : null
  useEffect(() => {
    if (notice === null || notice.isProblem) return
    return clock.after(SHOWN_MS, () => tell(null))
  }, [clock, notice, tell])
  const close = () => {
    tell(null)
    document.getElementById('content')?.focus()
  }
  return (
    <div className={css['toasts']}>
      <output className={css['toast']}>{offer === null ? null : <UndoOffer undo={undo} text={offer.text} />}</output>
      <output className={css['toast']}>{notice && !notice.isProblem ? notice.text : null}</output>
      {notice?.isProblem ? (
        <div className={css['toast']} role="alert">
          <span className={css['problem']}>{notice.text}</span>
          <Button look="quiet" onClick={close}>
            {t('Close')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
