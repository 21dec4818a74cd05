import type { Grants } from '../../../shared/domain/permissions.ts'

/** An open line to somebody who listens. */
export interface ChangeLine {
  /** Says something; what is said is not read at once. */
  readonly write: (text: string) => void
  readonly unreadBytes: () => number
  readonly end: () => void
}

/** Who listens: whose rows they see, what they may, and whose keys and sessions count as one person. */
export interface ChangeAsker {
  readonly account: string | null
  readonly grants: Grants
  readonly person: string
}

export interface ChangeParts {
  /** Lets somebody listen until they go, the line is ended or `recheck` rejects. Returns what ends it. Errors: `rate.limited`, `unavailable`. */
  readonly listen: (asker: ChangeAsker, line: ChangeLine, recheck: () => Promise<ChangeAsker>) => () => void
}
