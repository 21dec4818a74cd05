/** Something that may have happened since it was last waited for. Waiting costs nothing, unlike looking now and then. */
export interface Latch {
  readonly raise: () => void
  /** Resolves `true` as soon as it is raised, at once if it was, and lowers it; `false` as soon as `signal` aborts. */
  readonly wait: (signal: AbortSignal) => Promise<boolean>
}

/** For one waiter at a time. */
export function createLatch(): Latch {
  let isRaised = false
  let wake: (() => void) | null = null
  return {
    raise: () => {
      isRaised = true
      wake?.()
    },
    async wait(signal) {
      if (!isRaised && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = () => {
            signal.removeEventListener('abort', resolveOnce)
            resolve()
          }
          const resolveOnce = () => resolve()
          signal.addEventListener('abort', resolveOnce, { once: true })
        })
      wake = null
      if (signal.aborted) return false
      isRaised = false
      return true
    },
  }
}
