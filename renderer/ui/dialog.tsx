import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import css from './dialog.module.css'

interface DialogProps {
  readonly title: string
  /** Called when it was closed by Escape or by a form of its own. Must make it go away. */
  readonly onClose: () => void
  /** While true it stays, whatever is pressed. */
  readonly busy: boolean
  readonly children: ReactNode
}

/** A question that must be answered before anything else: for money that leaves, and for keys. It keeps the focus, and gives it back. */
export function Dialog({ title, onClose, busy, children }: DialogProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  // Before it is taken out of the page, or the focus would be lost with it.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return (
    <dialog ref={dialog} className={css['dialog']} aria-labelledby={id} onClose={onClose} onCancel={(event) => busy && event.preventDefault()}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}
