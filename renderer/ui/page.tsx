import { type ReactNode, createContext, use, useEffect, useRef } from 'react'
import css from './page.module.css'

/** Whether the owner has moved between pages since the window opened. */
export const Navigated = createContext(false)

interface PageProps {
  readonly title: string
  /** Where this page hangs: a way back. */
  readonly above?: ReactNode
  readonly children: ReactNode
}

/** One page: its heading takes the focus when the owner comes here from another page, so that a screen reader starts reading at the top. */
export function Page({ title, above, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const navigated = use(Navigated)
  useEffect(() => {
    if (navigated) heading.current?.focus()
  }, [navigated])
  return (
    <>
      <title>{`${title} · Windfall`}</title>
      <div className={css['head']}>
        {above}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      {children}
    </>
  )
}
