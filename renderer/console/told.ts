import { createContext, use, useCallback, useState } from 'react'

/** Something to say, wherever one is: what was done, or what went wrong. */
interface Told {
  readonly text: string
  readonly isProblem: boolean
  /** A way back, for as long as it is offered. */
  readonly undo?: () => void
}

interface ToldState {
  readonly told: Told | null
  readonly tell: (told: Told | null) => void
}

export const ToldContext = createContext<ToldState | null>(null)

export function useToldState(): ToldState {
  const [told, setTold] = useState<Told | null>(null)
  return { told, tell: useCallback((next: Told | null) => setTold(next), []) }
}

export function useTold(): ToldState {
  const state = use(ToldContext)
  if (!state) throw new Error('useTold needs a ToldContext above it')
  return state
}
