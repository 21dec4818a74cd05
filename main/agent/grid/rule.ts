import type { Reason } from '../../../shared/contract/policy.ts'

/** One thing that must agree before a job starts. */
export interface Rule {
  /** What it has against a start at a moment (epoch milliseconds), by what is known now; `null`: nothing. */
  readonly against: (at: number) => Reason | null
  /** Moments at which that may change. Between two of them it changes once at most. */
  readonly edges: readonly number[]
}
