import { type Lamports, type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'

export interface OutflowLimits {
  /** The most that may be planned in any hour: lamports, and in all assets together what they are worth at the time. */
  readonly maxPerHour: Lamports
  /** The most that may be planned in any day, in all assets. */
  readonly maxPerDay: MicroUsd
  /** The most of it for one address. */
  readonly maxPerRecipient: MicroUsd
  /** Always left in the hot wallet, for fees, lamports. */
  readonly reserve: Lamports
}

/** One asset of the hot wallet, in its smallest unit. */
export interface Outflow {
  /** What the chain says the hot wallet holds. */
  readonly balance: bigint
  /** What the books say it holds. */
  readonly treasury: bigint
  /** Planned or sent and not yet final. */
  readonly inFlight: bigint
  readonly plannedLastHour: bigint
}

const least = (values: readonly bigint[]): bigint => values.reduce((low, one) => (one < low ? one : low))
const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n)

/**
 * How much may be planned now: never more than the asset's own hourly cap leaves, if it has one, nor than both the chain and the books have above
 * the reserve once everything under way has gone. Something that already left the wallet but is not final counts twice;
 * that errs on the side of waiting.
 */
export function budgetOf(
  { balance, treasury, inFlight, plannedLastHour }: Outflow,
  { maxPerHour, reserve }: { readonly maxPerHour: bigint | null; readonly reserve: bigint },
): bigint {
  const there = [balance - inFlight - reserve, treasury - inFlight - reserve]
  return atLeastZero(least(maxPerHour === null ? there : [maxPerHour - plannedLastHour, ...there]))
}

/** What the day's caps still allow, by what was planned for each address in the last 24 hours. */
export function dayRoomOf(
  recipients: ReadonlyMap<string, MicroUsd>,
  { maxPerDay, maxPerRecipient }: Pick<OutflowLimits, 'maxPerDay' | 'maxPerRecipient'>,
): { readonly all: MicroUsd; readonly of: (address: string) => MicroUsd } {
  const used = [...recipients.values()].reduce((sum, one) => sum + one, 0n)
  return { all: microUsd(atLeastZero(maxPerDay - used)), of: (address) => microUsd(atLeastZero(maxPerRecipient - (recipients.get(address) ?? 0n))) }
}

/** The same with what the hour's cap still allows in all assets, by what was planned in the last hour. */
export const withinHour = <R extends { readonly all: MicroUsd }>(day: R, hour: { readonly planned: MicroUsd; readonly most: MicroUsd }): R => ({
  ...day,
  all: microUsd(atLeastZero(least([day.all, hour.most - hour.planned]))),
})

/** Nothing in the books. */
export const NOTHING: Lamports = lamports(0n)
