import type { ReactNode } from 'react'
import { useScreen } from '../state/screen.ts'
import css from './disclosure.module.css'

interface DisclosureProps {
  /** Under which the window remembers that it is open. */
  readonly name: string
  readonly summary: ReactNode
  readonly children: () => ReactNode
}

/** More, for who wants it. What is closed is not built. */
export function Disclosure({ name, summary, children }: DisclosureProps) {
  const open = useScreen((screen) => screen.openDetails[name] ?? false)
  const setOpen = useScreen((screen) => screen.setDetailsOpen)
  return (
    <details className={css['details']} open={open} onToggle={(event) => setOpen(name, event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open ? children() : null}
    </details>
  )
}
