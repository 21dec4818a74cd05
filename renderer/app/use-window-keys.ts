import { useEffect, useEffectEvent } from 'react'
import { isMac } from '../lib/platform.ts'
import { type KeyPress, actionOf } from '../lib/shortcuts.ts'
import { recall } from '../lib/window-memory.ts'
import { useRun } from './run-command.ts'
import { useWindow } from './window-state.ts'

const NO_TEXT = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !NO_TEXT.has(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLElement && target.isContentEditable)
}

const pressOf = (event: KeyboardEvent): KeyPress => ({
  key: event.key,
  code: event.code,
  ctrlKey: event.ctrlKey,
  metaKey: event.metaKey,
  altKey: event.altKey,
  shiftKey: event.shiftKey,
  altGraph: event.getModifierState('AltGraph'),
  composing: event.isComposing,
  repeat: event.repeat,
})

/** Listens for every shortcut of the window. One that has nothing to do leaves its key to the browser. */
export function useWindowKeys(): void {
  const { overlay } = useWindow()
  const run = useRun()
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented) return
    const modal = overlay === null && document.querySelector('dialog:modal') !== null
    const action = actionOf(pressOf(event), { isMac: isMac(), typing: isTyping(event.target), modal, singleKeys: recall().singleKeys })
    if (action && run({ do: 'shortcut', action })) event.preventDefault()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}
