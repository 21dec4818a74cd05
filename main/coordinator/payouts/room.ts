import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createClaimsStore } from './claims.store.ts'
import type { PayoutDeps } from './deps.ts'
import { dayRoomOf, withinHour } from './limits.ts'
import { createPayoutsStore } from './payouts.store.ts'
import type { PlanRules } from './plan.ts'
import { type Rate, toLamports, toMicroUsd } from './rate.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What was planned for each address in the last day, claims that wait included. */
export async function recipientsOf(db: Db | Tx, { clock }: Pick<PayoutDeps, 'clock'>): Promise<Map<string, MicroUsd>> {
  const sums = await createPayoutsStore(db).recipientsSince(clock.now() - DAY_MS)
  for (const { quote } of await createClaimsStore(db).waiting()) sums.set(quote.address, microUsd((sums.get(quote.address) ?? 0n) + quote.microUsd))
  return sums
}

type RoomDeps = Pick<PayoutDeps, 'clock' | 'settings'>

/** The most that an hour allows in all assets; never more than it allows in lamports, so that what is quoted by it can be paid. */
export function hourCap({ settings: { maxPerHour } }: Pick<PayoutDeps, 'settings'>, rate: Rate): MicroUsd {
  const rounded = toMicroUsd(maxPerHour, rate)
  return toLamports(rounded, rate) > maxPerHour ? microUsd(rounded - 1n) : rounded
}

/** What was planned in the last hour, in all assets; claims that wait not among it. */
export const lastHour = (db: Db | Tx, { clock }: Pick<PayoutDeps, 'clock'>): Promise<MicroUsd> => createPayoutsStore(db).worthSince(clock.now() - HOUR_MS)

/** What the caps still allow for claims that wait, in all assets. */
export async function roomForClaims(tx: Tx, deps: RoomDeps, rate: Rate): Promise<PlanRules['room']> {
  const planned = await createPayoutsStore(tx).recipientsSince(deps.clock.now() - DAY_MS)
  return withinHour(dayRoomOf(planned, deps.settings), { planned: await lastHour(tx, deps), most: hourCap(deps, rate) })
}

/** What they leave for payouts that nobody claimed. */
export async function roomForDue(tx: Tx, deps: RoomDeps, rate: Rate): Promise<PlanRules['room']> {
  const claimed = (await createClaimsStore(tx).waiting()).reduce((sum, { quote }) => sum + quote.microUsd, 0n)
  const planned = microUsd((await lastHour(tx, deps)) + claimed)
  return withinHour(dayRoomOf(await recipientsOf(tx, deps), deps.settings), { planned, most: hourCap(deps, rate) })
}

/** What may still be planned for an address today. */
export async function roomFor(db: Db | Tx, deps: Pick<PayoutDeps, 'clock' | 'settings'>, address: string): Promise<MicroUsd> {
  return dayRoomOf(await recipientsOf(db, deps), deps.settings).of(address)
}
