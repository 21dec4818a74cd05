import { type Lamports, lamports } from '../../../shared/units.ts'

export interface OutflowLimits {
  /** The most that may be planned in any hour, lamports. */
  readonly maxPerHour: Lamports
  /** Always left in the hot wallet, for fees, lamports. */
  readonly reserve: Lamports
}

export interface Outflow {
  /** What the chain says the hot wallet holds. */
  readonly balance: Lamports
  /** What the books say it holds. */
  readonly treasury: Lamports
  /** Planned or sent and not yet final. */
  readonly inFlight: Lamports
  readonly plannedLastHour: Lamports
}

const least = (values: readonly bigint[]): bigint => values.reduce((low, one) => (one < low ? one : low))

/**
 * How much may be planned now: never more than the hourly cap leaves, nor than both the chain and the books have above
 * the reserve once everything under way has gone. Something that already left the wallet but is not final counts twice;
 * that errs on the side of waiting.
 */
export function budgetOf({ balance, treasury, inFlight, plannedLastHour }: Outflow, { maxPerHour, reserve }: OutflowLimits): Lamports {
  const room = least([maxPerHour - plannedLastHour, balance - inFlight - reserve, treasury - inFlight - reserve])
  return lamports(room > 0n ? room : 0n)
}
