import { type RefObject, useRef, useState } from 'react'
import { t } from '../../../shared/i18n/translate.ts'

interface Copy<E extends HTMLElement> {
  readonly copy: (value: string) => Promise<void>
  /** What became of it; empty before. */
  readonly said: string
  /** Where the text stands: it is selected where the clipboard is closed to us. */
  readonly text: RefObject<E | null>
}

/** Takes a text along, or selects it so that the keyboard can. */
export function useCopy<E extends HTMLElement>(): Copy<E> {
  const text = useRef<E>(null)
  const [said, setSaid] = useState('')
  const copy = async (value: string) => {
    try {
      await navigator.clipboard.writeText(value)
      setSaid(t('Copied.'))
    } catch {
      if (text.current) getSelection()?.selectAllChildren(text.current)
      setSaid(t('Selected. Press Ctrl or ⌘ and C to copy.'))
    }
  }
  return { copy, said, text }
}
