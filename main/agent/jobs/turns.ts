/** Something that is changed by one call at a time. */
export interface Turning {
  /** What is wanted is not yet so. */
  readonly isDue: () => boolean
  /** One turn towards what is wanted; `false` if no other one can follow. */
  readonly turn: () => Promise<boolean>
}

/** Takes turns until none is due, one after the other, however often it is asked to. */
export function createTurns({ isDue, turn }: Turning): () => Promise<void> {
  let isBusy = false
  return async () => {
    if (isBusy) return
    isBusy = true
    while (isDue() && (await turn()));
    isBusy = false
  }
}
