import { Button } from '../ui/button.tsx'
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
  const offer = undo.offer?.about === about ? undo.offer : null
  if (refusal !== null)
    return (
      <p className={prose['refused']} role="alert">
        That did not work, and nothing has changed: {refusal}
      </p>
    )
  return (
    <output className={css['undo']}>
      {offer === null ? null : (
        <>
          <span>{offer.text}</span>
          <Button
            look="quiet"
            onClick={undo.take}
            onPointerEnter={() => undo.hold(true)}
            onPointerLeave={() => undo.hold(false)}
            onFocus={() => undo.hold(true)}
            onBlur={() => undo.hold(false)}
          >
            Undo
          </Button>
        </>
      )}
    </output>
  )
}
