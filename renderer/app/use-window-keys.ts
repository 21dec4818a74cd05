import { useEffect, useEffectEvent } from 'react'
import { isTyping } from '../lib/is-typing.ts'
import { isMac } from '../lib/platform.ts'
import { type KeyPress, actionOf } from '../lib/shortcuts.ts'
import { recall } from '../lib/window-memory.ts'
import { useRun } from './run-command.ts'
import { useWindow } from './window-state.ts'

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
