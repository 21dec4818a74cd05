import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react'
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
  /** Whether the page in sight has a place for the offer; else the window has one. */
  readonly hasPlace: boolean
  readonly make: (offer: UndoOffer) => void
  readonly take: () => void
  /** While true the offer stays: somebody is about to take it. */
  readonly hold: (held: boolean) => void
  /** Says that there is a place for offers about a thing. Returns the function that says it is gone. */
  readonly place: (about: string) => () => void
}

export const UndoContext = createContext<Undo | null>(null)

/** The last thing done in the window can be put back for six seconds, by its button or Ctrl/⌘ Z, also from another page. */
export function useUndo(): Undo {
  const undo = use(UndoContext)
  if (!undo) throw new Error('useUndo needs an UndoContext above it')
  return undo
}

/** What stands behind {@link useUndo}: one for the whole window. */
export function useUndoState(): Undo {
  const { clock } = useServices()
  const [offer, setOffer] = useState<UndoOffer | null>(null)
  const [held, setHeld] = useState(false)
  const { has, place } = usePlaces()
  useEffect(() => {
    if (offer === null || held) return
    return clock.after(OFFERED_MS, () => setOffer(null))
  }, [clock, offer, held])
  return useMemo(() => {
    const show = (next: UndoOffer | null) => {
      setOffer(next)
      setHeld(false)
    }
    const take = () => {
      offer?.undo()
      show(null)
    }
    return { offer, hasPlace: offer !== null && has(offer.about), make: show, take, hold: setHeld, place }
  }, [offer, has, place])
}

function usePlaces() {
  const [places, setPlaces] = useState<readonly string[]>([])
  const has = useCallback((about: string) => places.includes(about), [places])
  const place = useCallback((about: string) => {
    setPlaces((known) => [...known, about])
    return () => setPlaces((known) => known.toSpliced(known.indexOf(about), 1))
  }, [])
  return { has, place }
}
