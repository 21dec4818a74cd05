/** Something happened that must never happen. */
export class Violation extends Error {
  readonly invariant: string
  /** Whom and what it is about. */
  readonly about: readonly string[]

  constructor(invariant: string, message: string, about: readonly string[]) {
    super(message)
    this.invariant = invariant
    this.about = about
  }
}
