import { create } from 'zustand'

/** What only the screen knows. Everything a process knows lives in the query cache. */
interface Screen {
  readonly openTables: Readonly<Record<string, boolean>>
  readonly setTableOpen: (name: string, open: boolean) => void
}

export const useScreen = create<Screen>()((set) => ({
  openTables: {},
  setTableOpen: (name, open) => set((screen) => ({ openTables: { ...screen.openTables, [name]: open } })),
}))
