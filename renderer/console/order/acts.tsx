import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import css from './order-dialog.module.css'

interface ActProps {
  readonly label: string
  readonly look?: 'primary' | 'plain' | 'quiet'
  /** What it is done to, for the button's name where several stand below each other. */
  readonly about?: string
  /** The question that is asked before. */
  readonly children: (close: () => void) => ReactNode
}

/** A button that asks before it does. */
export function Act({ label, look = 'plain', about, children }: ActProps) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  useGivenOnFocus(button)
  return (
    <>
      <Button ref={button} look={look} aria-label={about === undefined ? undefined : `${label} ${about}`} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open ? children(() => setOpen(false)) : null}
    </>
  )
}

/** Where the button goes with what it was about, whoever stood on it or on its question is led to the heading of the page. */
function useGivenOnFocus(button: RefObject<HTMLButtonElement | null>): void {
  useLayoutEffect(() => {
    const own = button.current
    return () => {
      const { activeElement } = document
      if (activeElement === own || activeElement?.closest('dialog')) document.querySelector<HTMLElement>('#content h1')?.focus()
    }
  }, [button])
}

/** Buttons side by side. */
export const Acts = ({ children }: { readonly children: ReactNode }) => <div className={css['verbs']}>{children}</div>
