import { type RefObject, useEffect, useEffectEvent } from 'react'
import { isTyping } from '../../lib/is-typing.ts'

interface TableKeys {
  readonly count: number
  readonly focusRow: (index: number) => void
  readonly toggle: (index: number) => void
}

const rowOf = (place: HTMLElement | null): number | null => {
  const row = document.activeElement?.closest('tr')
  const index = row && place?.contains(row) ? row.dataset['index'] : undefined
  return index === undefined ? null : Number(index)
}

/** Where a key leads from a row; from nowhere, `j` leads to the first. */
function rowAfter(key: string, at: number | null, count: number): number | null {
  if (count === 0) return null
  if (key === 'j') return at === null ? 0 : Math.min(count - 1, at + 1)
  if (key === 'k') return at === null ? null : Math.max(0, at - 1)
  return null
}

/** `j` and `k` go down and up the rows, `x` picks one. Not while somebody types, nor while a question waits for its answer. */
export function useTableKeys(place: RefObject<HTMLElement | null>, { count, focusRow, toggle }: TableKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (document.querySelector('dialog:modal') !== null) return
    const at = rowOf(place.current)
    const next = rowAfter(event.key, at, count)
    if (next !== null) focusRow(next)
    else if (event.key === 'x' && at !== null) toggle(at)
    else return
    event.preventDefault()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}
