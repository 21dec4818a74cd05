/** Time as the window needs it; a test passes one that it moves itself. */
export interface WindowClock {
  /** Epoch milliseconds, wall clock. */
  readonly now: () => number
  /** Runs once after `ms`. Returns the function that calls it off. */
  readonly after: (ms: number, run: () => void) => () => void
}

export const browserClock: WindowClock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
