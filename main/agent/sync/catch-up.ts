/** Progress through reports that piled up. `done` counts from the moment there were many; `null` while there are few. */
export interface CatchUp {
  readonly done: number
  readonly waiting: number
}

/** Fewer are gone before anyone has read about them. */
const MANY = 5

/** The next state after a report has left, with `waiting` more to go. */
export function afterDelivery(previous: CatchUp | null, waiting: number): CatchUp | null {
  if (waiting === 0) return null
  return previous ? { done: previous.done + 1, waiting } : waiting >= MANY ? { done: 1, waiting } : null
}

/** In words; `null` if there is nothing to say. */
export const describeCatchUp = (state: CatchUp | null): string | null =>
  state && `Catching up: ${state.done} of ${state.done + state.waiting} reports delivered.`
