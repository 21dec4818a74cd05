/** Does one piece of work after another, whatever becomes of those before. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work, work)
    last = done
    return done
  }
}

/** The same work for everybody who asks before it begins: however many ask at once, it is done once more. Nothing begins before `rest` is over. */
export function createShared<T>(inTurn: InTurn, work: () => Promise<T>, rest: () => Promise<void> | null = () => null): () => Promise<T> {
  let next: Promise<T> | null = null
  const begin = (): Promise<T> => {
    next = null
    return work()
  }
  return () => {
    next ??= inTurn(() => rest()?.then(begin) ?? begin())
    return next
  }
}
