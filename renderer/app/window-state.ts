import { createContext, use, useCallback, useMemo, useState } from 'react'

/** What stands above the page until it is closed. */
type Overlay = 'palette' | 'shortcuts'

/** Something to say about the window itself, where no place on a page is there to say it. */
interface Notice {
  readonly text: string
  /** Stays until it is closed. */
  readonly isProblem: boolean
}

/** A receipt file from outside: not checked yet. */
interface OpenedFile {
  readonly name: string
  readonly content: Blob
}

/** The same file, opened again, is another one. */
export type NumberedFile = OpenedFile & { readonly number: number }

/** What only this window knows. */
export interface WindowState {
  readonly overlay: Overlay | null
  readonly setOverlay: (overlay: Overlay | null) => void
  readonly notice: Notice | null
  readonly tell: (notice: Notice | null) => void
  readonly opened: NumberedFile | null
  readonly setOpened: (file: OpenedFile) => void
  /** How often somebody has asked to hear the status. */
  readonly askedAloud: number
  readonly askAloud: () => void
}

export const WindowContext = createContext<WindowState | null>(null)

export function useWindow(): WindowState {
  const state = use(WindowContext)
  if (!state) throw new Error('useWindow needs a WindowContext above it')
  return state
}

/** What stands behind {@link useWindow}. */
export function useWindowState(): WindowState {
  const [overlay, setOverlay] = useState<Overlay | null>(null)
  const [notice, tell] = useState<Notice | null>(null)
  const [opened, setFile] = useState<NumberedFile | null>(null)
  const [askedAloud, setAskedAloud] = useState(0)
  const setOpened = useCallback((file: OpenedFile) => setFile((before) => ({ ...file, number: (before?.number ?? 0) + 1 })), [])
  return useMemo(
    () => ({ overlay, setOverlay, notice, tell, opened, setOpened, askedAloud, askAloud: () => setAskedAloud((times) => times + 1) }),
    [overlay, notice, opened, setOpened, askedAloud],
  )
}
