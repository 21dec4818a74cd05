import { type RefObject, useEffect, useRef, useState } from 'react'

/**
 * A heading that takes the focus when it appears in place of what the owner has just pressed; never from where they are otherwise.
 * `asked`: it appears because of something they did.
 */
export function useTakenFocus(asked: boolean): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  const [takes] = useState(asked)
  useEffect(() => {
    if (takes && (document.activeElement === null || document.activeElement === document.body)) heading.current?.focus()
  }, [takes])
  return heading
}
