import { useEffect, useState } from 'react'
import { useServices } from './services.ts'

const OFFERED_MS = 6_000

interface UndoOffer {
  /** The thing it was done to. */
  readonly about: string
  /** What was done. */
  readonly text: string
  /** Puts it back as it was. */
  readonly undo: () => void
}

export interface Undo {
  readonly offer: UndoOffer | null
  readonly make: (offer: UndoOffer) => void
  readonly take: () => void
  /** While true the offer stays: somebody is about to take it. */
  readonly hold: (held: boolean) => void
}

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLInputElement && target.type === 'text'

/** The last thing done on a page can be put back for six seconds, by its button or Ctrl/⌘ Z. */
export function useUndo(): Undo {
  const { clock } = useServices()
  const [offer, setOffer] = useState<UndoOffer | null>(null)
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (offer === null || held) return
    return clock.after(OFFERED_MS, () => setOffer(null))
  }, [clock, offer, held])
  const make = (made: UndoOffer) => {
    setOffer(made)
    setHeld(false)
  }
  const take = () => {
    offer?.undo()
    setOffer(null)
    setHeld(false)
  }
  useEffect(() => {
    if (offer === null) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping(event.target)) return
      event.preventDefault()
      take()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
  return { offer, make, take, hold: setHeld }
}
