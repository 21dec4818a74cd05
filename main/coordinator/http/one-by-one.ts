/** Where something comes from. */
interface Source {
  readonly pause: () => void
  readonly resume: () => void
}

interface Turns {
  readonly source: Source
  /** How much may wait for its turn before nothing more is read. */
  readonly most: number
  readonly onFailure: (error: unknown) => void
}

/**
 * Does one thing after another, in the order of arrival. Whoever brings more than is done meanwhile is not read from until some of it is: what waits takes
 * memory, and whoever sends decides how much.
 */
export function createOneByOne({ source, most, onFailure }: Turns): (work: () => Promise<void> | void) => void {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()
  const done = (): void => {
    waiting -= 1
    if (waiting === most - 1) source.resume()
  }
  return (work) => {
    waiting += 1
    if (waiting === most) source.pause()
    last = last.then(work).catch(onFailure).finally(done)
  }
}
