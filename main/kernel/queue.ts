import { aborted } from './lifecycle.ts'

/** Does one piece of work at a time, in the order in which it was asked for. */
type Queue = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** Whoever gives up while it waits rejects at once with the reason of its signal, and holds nobody up. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return async (work, signal) => {
    const before = last
    const turn = Promise.withResolvers<void>()
    last = before.then(() => turn.promise)
    try {
      await Promise.race([before, aborted(signal)])
      signal.throwIfAborted()
      return await work()
    } finally {
      turn.resolve()
    }
  }
}
