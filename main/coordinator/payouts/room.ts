import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createClaimsStore } from './claims.store.ts'
import type { PayoutDeps } from './deps.ts'
import { dayRoomOf } from './limits.ts'
import { createPayoutsStore } from './payouts.store.ts'

export const DAY_MS = 86_400_000

/** What was planned for each address in the last day, claims that wait included. */
export async function recipientsOf(db: Db | Tx, { clock }: Pick<PayoutDeps, 'clock'>): Promise<Map<string, MicroUsd>> {
  const sums = await createPayoutsStore(db).recipientsSince(clock.now() - DAY_MS)
  for (const { quote } of await createClaimsStore(db).waiting()) sums.set(quote.address, microUsd((sums.get(quote.address) ?? 0n) + quote.microUsd))
  return sums
}

/** What may still be planned for an address today. */
export async function roomFor(db: Db | Tx, deps: Pick<PayoutDeps, 'clock' | 'settings'>, address: string): Promise<MicroUsd> {
  return dayRoomOf(await recipientsOf(db, deps), deps.settings).of(address)
}
