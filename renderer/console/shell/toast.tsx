import { useEffect } from 'react'
import toast from '../../ui/toast.module.css'
import { Button } from '../../ui/button.tsx'
import { useServices } from '../services.ts'
import { useTold } from '../told.ts'

const SHOWN_MS = 6_000
/** As long as the way back is open. */
export const UNDO_MS = 10_000

/** What was done and the way back, or what went wrong. Said aloud; a problem stays until it is closed. */
export function Toast() {
  const { clock } = useServices()
  const { told, tell } = useTold()
  useEffect(() => {
    if (told === null || told.isProblem) return
    return clock.after(told.undo ? UNDO_MS : SHOWN_MS, () => tell(null))
  }, [clock, told, tell])
  const close = (after?: () => void) => {
    after?.()
    tell(null)
    document.getElementById('content')?.focus()
  }
  return (
    <div className={toast['toasts']}>
      <output className={toast['toast']}>
        {told && !told.isProblem ? (
          <>
            {told.text}
            {told.undo ? (
              <Button look="quiet" onClick={() => close(told.undo)}>
                Undo
              </Button>
            ) : null}
          </>
        ) : null}
      </output>
      {told?.isProblem ? (
        <div className={toast['toast']} role="alert">
          <span className={toast['problem']}>{told.text}</span>
          <Button look="quiet" onClick={() => close()}>
            Close
          </Button>
        </div>
      ) : null}
    </div>
  )
}
