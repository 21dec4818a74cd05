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

/** The same work for everybody who asks before it begins: however many ask at once, it is done once more. */
export function createShared<T>(inTurn: InTurn, work: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | null = null
  return () => {
    next ??= inTurn(() => {
      next = null
      return work()
    })
    return next
  }
}
