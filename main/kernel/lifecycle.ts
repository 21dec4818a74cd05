/** A part that runs until its signal aborts. */
export type Run = (signal: AbortSignal) => Promise<void>

/**
 * Runs every part until `signal` aborts or one of them fails; then stops the others and waits for all.
 * Rejects with the first failure. A part that returns early on its own does not stop the rest.
 */
export async function runAll(signal: AbortSignal, parts: readonly Run[]): Promise<void> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  let failure: { error: unknown } | null = null
  await Promise.all(
    parts.map(async (part) => {
      try {
        await part(both)
      } catch (error) {
        failure ??= { error }
        stop.abort()
      }
    }),
  )
  if (failure) throw (failure as { error: unknown }).error
}

/** Resolves when `signal` aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
