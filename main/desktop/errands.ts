import type { Errand } from '../../shared/contract/shell.ts'

/** What waits for the window, each taken once. */
export interface Errands {
  readonly add: (errand: Errand) => void
  readonly take: () => Errand | null
}

/** Whoever clicks more often than a window opens wants the last clicks. */
const MOST_WAITING = 8

/** `announce` is called for each errand, so that a window comes and asks. */
export function createErrands(announce: () => void): Errands {
  const waiting: Errand[] = []
  return {
    add: (errand) => {
      waiting.push(errand)
      if (waiting.length > MOST_WAITING) waiting.shift()
      announce()
    },
    take: () => waiting.shift() ?? null,
  }
}
