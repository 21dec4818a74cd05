import { useEffect, useRef } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { rich } from '../lib/rich.tsx'
import { Button } from '../ui/button.tsx'
import { Foreign } from '../ui/foreign.tsx'
import prose from '../ui/prose.module.css'
import css from './undo-line.module.css'
import type { Undo } from './use-undo.ts'

interface UndoLineProps {
  readonly about: string
  readonly undo: Undo
  /** Why the last wish was not granted. */
  readonly refusal: string | null
}

/** What was just done to a thing and the way back, or why it was not done. Said aloud. */
export function UndoLine({ about, undo, refusal }: UndoLineProps) {
  const { place } = undo
  useEffect(() => place(about), [place, about])
  if (refusal !== null)
    return (
      <p className={prose['refused']} role="alert">
        {rich('That did not work, and nothing has changed: {why}', { why: <Foreign>{refusal}</Foreign> })}
      </p>
    )
  return <output className={css['undo']}>{undo.offer?.about === about ? <UndoOffer undo={undo} text={undo.offer.text} /> : null}</output>
}

/** What was done, and the button that puts it back. Taken, the button gives the focus to where it came from. */
export function UndoOffer({ undo, text }: { undo: Undo; text: string }) {
  const cameFrom = useRef<Element | null>(null)
  const take = () => {
    undo.take()
    const back = cameFrom.current instanceof HTMLElement && cameFrom.current.isConnected ? cameFrom.current : document.getElementById('content')
    if (document.activeElement === document.body || document.activeElement?.closest('output')) back?.focus()
  }
  return (
    <>
      <span>{text}</span>
      <Button
        look="quiet"
        aria-keyshortcuts="Control+Z Meta+Z"
        onClick={take}
        onPointerEnter={() => undo.hold(true)}
        onPointerLeave={() => undo.hold(false)}
        onFocus={({ relatedTarget }) => {
          cameFrom.current = relatedTarget
          undo.hold(true)
        }}
        onBlur={() => undo.hold(false)}
      >
        {t('Undo')}
      </Button>
    </>
  )
}
