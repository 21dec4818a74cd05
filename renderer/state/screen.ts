import { create } from 'zustand'

/** What only the screen knows. Everything a process knows lives in the query cache. */
interface Screen {
  readonly openDetails: Readonly<Record<string, boolean>>
  readonly setDetailsOpen: (name: string, open: boolean) => void
}

export const useScreen = create<Screen>()((set) => ({
  openDetails: {},
  setDetailsOpen: (name, open) => set((screen) => ({ openDetails: { ...screen.openDetails, [name]: open } })),
}))
