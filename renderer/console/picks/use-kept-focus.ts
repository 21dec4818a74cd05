import { useEffect, useRef } from 'react'

/** Where what somebody has pressed went away as `state` changed, the page is read on from its heading. */
export function useKeptFocus(state: string): void {
  const before = useRef(state)
  useEffect(() => {
    if (before.current === state) return
    before.current = state
    if (document.activeElement === null || document.activeElement === document.body) document.querySelector<HTMLElement>('#content h1')?.focus()
  }, [state])
}
