import { Button } from '../../ui/button.tsx'
import prose from '../../ui/prose.module.css'
import css from './machine.module.css'
import type { Undo } from './use-undo.ts'

interface UndoLineProps {
  readonly deviceId: string
  readonly undo: Undo
  /** Why the last wish was not granted. */
  readonly refusal: string | null
}

/** What was just done to a device and the way back, or why it was not done. Said aloud. */
export function UndoLine({ deviceId, undo, refusal }: UndoLineProps) {
  const offer = undo.offer?.deviceId === deviceId ? undo.offer : null
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
